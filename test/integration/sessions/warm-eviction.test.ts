import { test } from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import { createWarmEviction } from '../../../src/domains/sessions/pool/warm-pool.ts';
import { createWarmRemoval } from '../../../src/domains/sessions/pool/warm-removal.ts';
import { createWarmStore } from '../../../src/domains/sessions/pool/warm-store.ts';
import { createSubnetStore } from '../../../src/domains/sessions/provisioning/subnet-store.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
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
  const store = createWarmStore({ database });
  const removal = createWarmRemoval({
    store,
    subnets: createSubnetStore({ database }),
    engine,
    isCreating: () => false,
    clock: systemClock,
    owner: 'test',
    log: quietLog(),
    onRemoved: () => undefined,
  });
  const { evict } = createWarmEviction({ store, pool: store, removal });
  const usedMemory = async () => (await store.all()).reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
  t.equal(await usedMemory(), 2 * 128 * MIB + 2 * 320 * MIB);

  // Nothing refills or removes the pools meanwhile.
  await sessions.stop();
  const used = await readyIds(database, 'used');
  t.equal(await evict({ of: 'memoryBytes', amount: 300 * MIB }), 320 * MIB);
  t.equal((await readyIds(database, 'unused')).length, 1);
  t.same(await readyIds(database, 'used'), used);
  t.equal(await evict({ of: 'memoryBytes', amount: 400 * MIB }), 448 * MIB);
  t.equal((await readyIds(database, 'used')).length, 1);
  t.equal(await evict({ of: 'memoryBytes', amount: 500 * MIB }), 128 * MIB, 'there are no more');
  await until(async () => (await engine.list()).length === 1);
  t.equal(await usedMemory(), 0);
  t.equal(await evict({ of: 'memoryBytes', amount: 1 }), 0);
});
