import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase, freshDatabaseUrl, providers } from '../../kit/database/databases.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { openTestEngine, withFaults } from '../../kit/sessions/session-engine.ts';
import { environmentOf, openSessions, testCatalogue, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { openPool, readyIds, warmLab, whenPool } from '../../kit/sessions/warm.ts';
import { TYPESCRIPT } from '../../kit/service/typescript.ts';

const hangingService = fileURLToPath(new URL('../../kit/service/hanging-service.ts', import.meta.url));

await test('the next process removes what a killed process was prewarming, and fills the pool', async (t) => {
  for (const provider of providers) {
    await t.test(provider, async (t) => {
      const url = await freshDatabaseUrl(t, provider);
      const database = await openDatabase({ url });
      t.teardown(() => database.close());
      const installation = newInstallation(t);
      const engine = openTestEngine(t, { installation });
      const child = spawn(process.execPath, [TYPESCRIPT, hangingService, url, installation, '1']);
      await once(child.stdout, 'data');
      const [left] = await engine.list();
      t.match(await database.client.warmEnvironment.findMany(), [
        { id: left?.environmentId, state: 'creating' },
      ]);
      child.kill('SIGKILL');
      await once(child, 'exit');

      const { sessions } = openPool(t, database, [warmLab('lab-0', 1)], { engine });
      await whenPool(sessions, 'lab-0', 1);
      await until(async () => (await engine.list()).length === 1);
      const [id] = await readyIds(database);
      t.not(id, left?.environmentId);
      await until(async () => (await database.client.subnet.count()) === 1);
    });
  }
});

await test('a full pool is found again after a restart, and reconciling leaves it alone', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const engine = openTestEngine(t);
  const labs = [warmLab('warm', 2)];
  const first = openPool(t, database, labs, { engine });
  await whenPool(first.sessions, 'warm', 2);
  const before = await readyIds(database);
  await first.sessions.stop();
  t.equal((await engine.list()).length, 2, 'stopping the service keeps it');

  const { sessions } = openPool(t, database, labs, { engine });
  await sessions.reconcile();
  t.same(await readyIds(database), before);
  const session = await sessions.service.start(owner, { lab: 'warm' });
  await whenState(sessions.service, session.id, 'ready');
  t.equal(await environmentOf(database, session.id), before[0]);
});

await test('environments of an earlier version are replaced, and no learner gets one', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const inner = openTestEngine(t);
  let revision = 'earlier';
  const engine = { ...inner, machineRevision: async () => revision };
  const { sessions } = openPool(t, database, [warmLab('warm', 1)], { engine });
  await whenPool(sessions, 'warm', 1);
  const [earlier] = await readyIds(database);
  revision = 'later';
  const session = await sessions.service.start(owner, { lab: 'warm' });
  t.equal((await whenState(sessions.service, session.id, 'ready', 'failed')).state, 'ready');
  t.not(await environmentOf(database, session.id), earlier);
  await until(async () => (await inner.list()).every(({ environmentId }) => environmentId !== earlier));

  await whenPool(sessions, 'warm', 1);
  const [later = ''] = await readyIds(database);
  const row = await database.client.warmEnvironment.findUniqueOrThrow({ where: { id: later } });
  const unmarked = (JSON.parse(row.machines) as object[]).map((machine) => ({
    ...machine,
    revision: undefined,
  }));
  await database.client.warmEnvironment.update({
    where: { id: later },
    data: { machines: JSON.stringify(unmarked) },
  });
  await until(async () => !(await readyIds(database)).includes(later));
  await whenPool(sessions, 'warm', 1);
});

await test('an environment whose containers are missing or stopped leaves the pool', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const engine = openTestEngine(t);
  const labs = [warmLab('warm', 2)];
  const first = openPool(t, database, labs, { engine });
  await whenPool(first.sessions, 'warm', 2);
  await first.sessions.stop();
  const [gone = '', sound] = await readyIds(database);
  await engine.destroy(gone);

  // A service that only reconciles on request.
  const looking = openSessions(t, database, { engine, catalogue: testCatalogue(labs) });
  await looking.reconcile();
  t.same(await readyIds(database), [sound]);
  t.match(await database.client.warmEnvironment.findUnique({ where: { id: gone } }), { state: 'removing' });
  const { sessions } = openPool(t, database, labs, { engine });
  await whenPool(sessions, 'warm', 2);
  await until(async () => (await database.client.subnet.count()) === 2);
});

await test('a service that stops while it prewarms leaves nothing unfinished', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const engine = withFaults(openTestEngine(t));
  let started = 0;
  engine.intercept('provision', async () => {
    started++;
    await setTimeout(200);
  });
  const { sessions } = openPool(t, database, [warmLab('warm', 5)], { engine });
  await until(() => started > 0);
  await sessions.stop();
  const ready = await readyIds(database);
  t.same((await engine.list()).map(({ environmentId }) => environmentId).sort(), ready);
  t.equal(await database.client.warmEnvironment.count(), ready.length);
  t.equal(await database.client.subnet.count(), ready.length);
});

await test('without the engine nothing is lost, and pending removals happen when it returns', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { admin } = await createActors(database);
  const engine = withFaults(openTestEngine(t));
  const { sessions } = openPool(t, database, [warmLab('warm', 1)], { engine });
  await whenPool(sessions, 'warm', 1);
  engine.vanish();
  await sessions.reconcile();
  t.equal((await readyIds(database)).length, 1);
  t.equal(await sessions.warm.drain(admin, 'warm'), 1);
  await until(() => sessions.log.messages().some((line) => /not removed; will retry/.test(line)));
  engine.reconnect();
  await until(async () => (await engine.list()).length === 0);
  await until(async () => (await database.client.warmEnvironment.count()) === 0);
});
