import { test } from 'tap';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { openPool, readyIds, warmLab, whenPool } from '../../kit/sessions/warm.ts';

const MIB = 1024 * 1024;

await test('prewarmed environments release their memory, least needed first', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const large = testMachine('main', { memoryBytes: 192 * MIB });
  const labs = [warmLab('used', 2), warmLab('unused', 2, { machines: [large, testMachine('web')] })];
  const { engine, sessions } = openPool(t, database, labs);
  await whenPool(sessions, 'used', 2);
  await whenPool(sessions, 'unused', 2);
  await whenState(sessions.service, (await sessions.service.start(owner, { lab: 'used' })).id, 'ready');
  await whenPool(sessions, 'used', 2);
  t.equal(await sessions.warmEviction.memoryBytes(), 2 * 128 * MIB + 2 * 320 * MIB);

  // Nothing refills the pools meanwhile.
  await database.client.warmPool.updateMany({ data: { labVersion: 'another' } });
  await database.client.warmEnvironment.updateMany({ data: { labVersion: 'another' } });
  const used = await readyIds(database, 'used');
  t.equal(await sessions.warmEviction.evict({ of: 'memoryBytes', amount: 300 * MIB }), 320 * MIB);
  t.equal((await readyIds(database, 'unused')).length, 1);
  t.same(await readyIds(database, 'used'), used);
  t.equal(await sessions.warmEviction.evict({ of: 'memoryBytes', amount: 400 * MIB }), 448 * MIB);
  t.equal((await readyIds(database, 'used')).length, 1);
  t.equal(
    await sessions.warmEviction.evict({ of: 'memoryBytes', amount: 500 * MIB }),
    128 * MIB,
    'there are no more',
  );
  await until(async () => (await engine.list()).length === 1);
  t.equal(await sessions.warmEviction.memoryBytes(), 0);
  t.equal(await sessions.warmEviction.evict({ of: 'memoryBytes', amount: 1 }), 0);
});
