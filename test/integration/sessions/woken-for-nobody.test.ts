import { test } from 'tap';
import type { Test } from 'tap';
import { systemClock } from '../../../src/core/clock.ts';
import { createSessionStore } from '../../../src/domains/sessions/session-store.ts';
import { createSubnetStore } from '../../../src/domains/sessions/provisioning/subnet-store.ts';
import { createWarm } from '../../../src/domains/sessions/pool/create-warm.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { environmentOf, openSessions, testCatalogue, whenState } from '../../kit/sessions/sessions.ts';
import { unpinned } from '../../kit/labs/pins.ts';
import { until } from '../../kit/basics/until.ts';
import { openPool, readyIds, warmLab, whenPool } from '../../kit/sessions/warm.ts';

/** A pool of one environment, without maintenance, and a service to inspect it. */
async function setUp(t: Test) {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const labs = [warmLab('warm', 1)];
  const { engine, sessions } = openPool(t, database, labs);
  await whenPool(sessions, 'warm', 1);
  await sessions.stop();
  const [id = ''] = await readyIds(database);
  const states = async () =>
    (await engine.list()).flatMap(({ machines }) => machines.map(({ state }) => state));
  return { database, owner, labs, engine, id, states };
}

await test('an environment woken for a start that is not admitted is paused again, and serves the next', async (t) => {
  const { database, owner, labs, engine, id, states } = await setUp(t);
  const catalogue = testCatalogue(labs);
  const sessions = openSessions(t, database, { engine, catalogue });
  const { id: sessionId } = await sessions.service.start(owner, { lab: 'warm' });
  const row = await createSessionStore({ database }).findAny(sessionId);
  const never = () => Promise.reject(new Error('Nothing is created here.'));
  const warm = createWarm({
    database,
    engine,
    catalogue,
    subnets: createSubnetStore({ database }),
    pins: unpinned,
    make: never,
    provision: never,
    mayPrewarm: async () => false,
    prewarmCheck: never,
    warmLimit: 1,
    warmIdleMinutes: 60,
    warmAheadMinutes: 10,
    timeZone: 'UTC',
    provisionTimeoutSeconds: 10,
    clock: systemClock,
    owner: 'here',
    log: quietLog(),
  });
  const lease = { owner: 'here', expiresAt: new Date(Date.now() + 60_000) };
  const share = { learnerId: owner.userId, labSlug: 'warm', labVersion: 'version-1', collection: undefined };
  const entry = {
    share: { ...share, memoryBytes: 1, networks: 1 },
    columns: { memoryBytes: 1n, networks: 1, collection: null, claimedAt: new Date() },
    hasCapacity: async () => false,
    mayTake: async () => false,
  };
  t.equal(row && (await warm.starts.take(row, lease, entry)), undefined);
  t.same(await readyIds(database), [id]);
  t.same(await states(), ['paused']);

  sessions.start();
  t.equal((await whenState(sessions.service, sessionId, 'ready', 'failed')).state, 'ready');
  t.equal(await environmentOf(database, sessionId), id);
  t.same((await states())[0], 'running');
});

await test('an environment that a crash left awake is paused by the reconciler', async (t) => {
  const { database, labs, engine, id, states } = await setUp(t);
  const [environment] = await engine.list();
  await engine.unpause(environment?.machines[0]?.machineId ?? '');
  const sessions = openSessions(t, database, { engine, catalogue: testCatalogue(labs) });
  await sessions.reconcile();
  t.same(await states(), ['running'], 'a session may be about to take it');
  await sessions.reconcile();
  t.same(await states(), ['paused']);
  await until(async () => (await readyIds(database)).length === 1);
  t.same(await readyIds(database), [id]);
});
