import { test } from 'tap';
import type { Test } from 'tap';
import { createPauseStore } from '../../../src/domains/sessions/disk/disk-store.ts';
import { createPauses } from '../../../src/domains/sessions/disk/pauses.ts';
import { LEASE_MS } from '../../../src/infra/leases/lease.ts';
import { createActors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { createGate } from '../../kit/basics/gate.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { openSaves } from '../../kit/sessions/saved-sessions.ts';
import { openTestEngine } from '../../kit/sessions/session-engine.ts';
import { openSessions, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';

/** A session whose copy lasts as long as the test says, and which is paused meanwhile. */
async function copying(t: Test) {
  const world = await openSaves(t);
  const { engine, service, saves, actors, ready } = world;
  const { id } = await ready('lab-1');
  const { machineId } = await service.machine(actors.owner, id, 'main');
  const gate = createGate();
  engine.intercept('commit', async () => {
    await engine.pause(machineId);
    await gate.opened;
    await engine.unpause(machineId);
  });
  const fork = await saves.fork(actors.instructor, id);
  const stateOf = async () => (await engine.inspect(machineId)).state;
  await until(async () => (await stateOf()) === 'paused');
  return { ...world, id, fork, stateOf, resume: gate.open };
}

await test('a machine that is paused for a copy stays paused until the copy is complete', async (t) => {
  const { sessions, service, fork, stateOf, resume } = await copying(t);
  await sessions.reconcile();
  t.equal(await stateOf(), 'paused');
  resume();
  await until(async () => (await stateOf()) === 'running');
  t.match(await whenState(service, fork.id, 'ready', 'failed'), { state: 'ready' });
});

await test('a machine paused for a copy by a killed process continues', async (t) => {
  const { database, service, fork, stateOf, resume } = await copying(t);
  // As if another process had been killed.
  await database.client.savedState.updateMany({
    data: { heldBy: 'elsewhere/1/x/y', heldUntil: new Date(0) },
  });
  await until(async () => (await stateOf()) === 'running');
  t.match(await whenState(service, fork.id, 'failed'), { reason: { code: 'SAVE_INTERRUPTED' } });
  resume();
});

await test('a machine that another process paused because of its disk stays paused until that process ends', async (t) => {
  await eachDatabase(t, 'paused', async (t, database) => {
    const { owner } = await createActors(database);
    const engine = openTestEngine(t);
    // On a stopped clock, sessions reconcile nothing themselves.
    const clock = createFakeClock();
    const sessions = openSessions(t, database, { engine, clock });
    sessions.start();
    const { id } = await sessions.service.start(owner, { lab: 'lab-1' });
    await whenState(sessions.service, id, 'ready');
    const { machineId } = await sessions.service.machine(owner, id, 'main');
    const machine = { row: { id }, name: 'main', machineId };
    const stateOf = async () => (await engine.inspect(machineId)).state;
    const pausesOf = (name: string) => {
      const parts = { engine, store: createPauseStore({ database }), clock, log: quietLog() };
      return createPauses({ ...parts, owner: `elsewhere/1/x/${name}` });
    };
    const other = pausesOf('other');

    await other.pause(machine);
    await sessions.reconcile();
    t.equal(await stateOf(), 'paused');
    const heldUntil = async () => (await database.client.machine.findFirst())?.pausedUntil ?? 0;
    for (let renewals = 0; renewals < 3; renewals += 1) {
      const before = await heldUntil();
      await clock.advance(LEASE_MS / 2);
      await until(async () => (await heldUntil()) > before);
    }
    await sessions.reconcile();
    t.equal(await stateOf(), 'paused', 'the other process renews it');
    await other.release(machine);
    t.equal(await stateOf(), 'running');

    await other.pause(machine);
    await other.stop();
    t.equal(await stateOf(), 'paused', 'nobody measures it meanwhile');
    await sessions.reconcile();
    t.equal(await stateOf(), 'running', 'the process stopped');

    const killed = pausesOf('killed');
    await killed.pause(machine);
    await database.client.machine.updateMany({ data: { pausedUntil: new Date(0) } });
    await sessions.reconcile();
    t.equal(await stateOf(), 'running', 'the process was killed');
    await killed.stop();
  });
});

await test('a reconcile that started before a save does not restart the session', async (t) => {
  const { engine, sessions, service, saves, actors, ready } = await openSaves(t);
  const { id } = await ready('lab-1');
  const { machineId } = await service.machine(actors.owner, id, 'main');
  const stateOf = async () => (await engine.inspect(machineId)).state;
  const gate = createGate();
  engine.intercept('commit', () => gate.opened);
  let started: Promise<void> | undefined;
  // The rows have been read, but not the engine.
  engine.intercept('list', () => (started ??= begin()));
  async function begin(): Promise<void> {
    await saves.save(actors.owner, id);
    await until(async () => (await stateOf()) === 'exited');
  }
  await sessions.reconcile();
  t.equal(await stateOf(), 'exited');
  gate.open();
  t.match(await whenState(service, id, 'saved', 'ready'), { state: 'saved' });
});
