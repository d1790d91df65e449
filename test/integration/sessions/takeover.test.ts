import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { createActors } from '../../kit/service/actors.ts';
import { eachDatabase, freshDatabaseUrl, providers } from '../../kit/database/databases.ts';
import { openTestEngine, withFaults } from '../../kit/sessions/session-engine.ts';
import { createGate } from '../../kit/basics/gate.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { environmentOf, openSessions, whenState } from '../../kit/sessions/sessions.ts';
import { TYPESCRIPT } from '../../kit/service/typescript.ts';

const DAY_MS = 24 * 60 * 60_000;

const hangingService = fileURLToPath(new URL('../../kit/service/hanging-service.ts', import.meta.url));

await test('a session that a killed process was provisioning is provisioned again by the next, immediately and once', async (t) => {
  for (const provider of providers) {
    await t.test(provider, async (t) => {
      const url = await freshDatabaseUrl(t, provider);
      const database = await openDatabase({ url });
      t.teardown(() => database.close());
      const { owner } = await createActors(database);
      const installation = newInstallation(t);
      const engine = openTestEngine(t, { installation });
      const { service } = openSessions(t, database, { engine });
      const one = await service.start(owner, { lab: 'lab-0' });
      const two = await service.start(owner, { lab: 'lab-1' });

      const child = spawn(process.execPath, [TYPESCRIPT, hangingService, url, installation]);
      await once(child.stdout, 'data');
      t.same(
        (await engine.list()).map(({ environmentId }) => environmentId),
        [await environmentOf(database, one.id)],
        'it died with an environment created and not stored',
      );
      child.kill('SIGKILL');
      await once(child, 'exit');
      t.equal((await whenState(service, one.id)).state, 'provisioning');

      // A process that waits for the lease to expire would wait until then.
      const claimedUntil = new Date(Date.now() + DAY_MS);
      await database.client.session.update({ where: { id: one.id }, data: { claimedUntil } });
      const next = openSessions(t, database, { engine });
      next.start();
      for (const { id } of [one, two]) await whenState(service, id, 'ready');
      const found = await engine.list();
      const made = [await environmentOf(database, one.id), await environmentOf(database, two.id)];
      t.same(found.map(({ environmentId }) => environmentId).sort(), made.sort());
      t.ok(found.every(({ machines }) => machines.length === 1));
    });
  }
});

await test('several processes share the queue: each session is provisioned once', async (t) => {
  await eachDatabase(t, 'shared queue', async (t, database) => {
    const { owner, other } = await createActors(database);
    const engine = withFaults(openTestEngine(t));
    const made: unknown[] = [];
    engine.intercept(
      'provision',
      async (spec) => void made.push((spec as { environmentId: string }).environmentId),
    );
    const front = openSessions(t, database, { engine });
    const workers = [1, 2].map(() => openSessions(t, database, { engine, provisionConcurrency: 1 }));
    const ids: string[] = [];
    for (const actor of [owner, other]) {
      for (const lab of ['lab-0', 'lab-1', 'lab-2']) {
        ids.push((await front.service.start(actor, { lab })).id);
      }
    }
    for (const worker of workers) worker.start();
    for (const id of ids) await whenState(front.service, id, 'ready');
    const environments = await Promise.all(ids.map((id) => environmentOf(database, id)));
    t.same(new Set(made), new Set(environments));
    t.equal(made.length, ids.length);
    t.equal(await database.client.subnet.count(), ids.length);
  });
});

await test('a stopping service releases unfinished sessions, and the next start provisions them', async (t) => {
  await eachDatabase(t, 'graceful stop', async (t, database) => {
    const { owner } = await createActors(database);
    const engine = withFaults(openTestEngine(t));
    const gate = createGate();
    engine.intercept('provision', () => gate.opened);
    const first = openSessions(t, database, { engine, provisionConcurrency: 1 });
    first.start();
    const one = await first.service.start(owner, { lab: 'lab-0' });
    const two = await first.service.start(owner, { lab: 'lab-1' });
    await whenState(first.service, one.id, 'provisioning');
    await whenState(first.service, two.id, 'queued');
    const stopped = first.stop();
    gate.open();
    await stopped;
    t.match(await first.service.get(owner, one.id), { state: 'queued', progress: { phase: 'queued' } });
    t.same(await engine.list(), []);
    const row = await database.client.session.findUnique({ where: { id: one.id } });
    t.match(row, { claimedBy: null, environmentId: null });

    const second = openSessions(t, database, { engine });
    second.start();
    for (const { id } of [one, two]) await whenState(second.service, id, 'ready');
  });
});
