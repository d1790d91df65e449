import { test } from 'tap';
import type { Test } from 'tap';
import { createGate } from '../../support/gate.ts';
import { openSaves } from '../../support/saved-sessions.ts';
import { whenState } from '../../support/sessions.ts';
import { until } from '../../support/until.ts';

/** A session of which a copy is read for as long as the test says, and frozen meanwhile. */
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
  return { ...world, id, fork, stateOf, goOn: gate.open };
}

await test('a machine that is frozen to be copied stays so until it has been', async (t) => {
  const { sessions, service, fork, stateOf, goOn } = await copying(t);
  await sessions.reconcile();
  t.equal(await stateOf(), 'paused');
  goOn();
  await until(async () => (await stateOf()) === 'running');
  t.match(await whenState(service, fork.id, 'ready', 'failed'), { state: 'ready' });
});

await test('a machine that was frozen by a copying whose process died goes on', async (t) => {
  const { database, service, fork, stateOf, goOn } = await copying(t);
  // As a neighbour's that was killed.
  await database.client.savedState.updateMany({
    data: { heldBy: 'elsewhere/1/x/y', heldUntil: new Date(0) },
  });
  await until(async () => (await stateOf()) === 'running');
  t.match(await whenState(service, fork.id, 'failed'), { reason: { code: 'SAVE_INTERRUPTED' } });
  goOn();
});

await test('a session that is saved since a comparison began is not started again by it', async (t) => {
  const { engine, sessions, service, saves, actors, ready } = await openSaves(t);
  const { id } = await ready('lab-1');
  const { machineId } = await service.machine(actors.owner, id, 'main');
  const stateOf = async () => (await engine.inspect(machineId)).state;
  const gate = createGate();
  engine.intercept('commit', () => gate.opened);
  let began: Promise<void> | undefined;
  // The rows are read, the engine is not yet.
  engine.intercept('list', () => (began ??= begin()));
  async function begin(): Promise<void> {
    await saves.save(actors.owner, id);
    await until(async () => (await stateOf()) === 'exited');
  }
  await sessions.reconcile();
  t.equal(await stateOf(), 'exited');
  gate.open();
  t.match(await whenState(service, id, 'saved', 'ready'), { state: 'saved' });
});
