import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import { createFakeClock } from '../../kit/basics/fake-clock.ts';
import { createGate } from '../../kit/basics/gate.ts';
import { openBeside, openSaves } from '../../kit/sessions/saved-sessions.ts';
import { whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';

/** A save that lasts as long as the test says, on the test's clock. */
async function openLongSave(t: Test) {
  const clock = createFakeClock(new Date());
  const world = await openSaves(t, { clock });
  const { database, engine, saves, actors, ready } = world;
  const { id } = await ready();
  const { opened, open } = createGate();
  engine.intercept('commitVolume', () => opened);
  await saves.save(actors.owner, id);
  await until(async () => (await database.client.savedImage.count()) >= 2);
  /** Advances the clock slowly enough for all sleepers to finish their work. */
  async function pass(seconds: number, done: () => boolean | Promise<boolean> = () => false) {
    for (let second = 0; second < seconds && !(await done()); second++) {
      clock.jump(1_000);
      await setTimeout(30);
    }
  }
  return { ...world, id, pass, finish: open };
}

await test('a long save keeps its lease, however long a simultaneous sweep takes', async (t) => {
  const world = await openLongSave(t);
  const { database, engine, service, actors, id, pass, finish } = world;
  const { opened, open } = createGate();
  let removals = 0;
  engine.intercept('removeImage', () => (++removals === 1 ? opened : Promise.resolve()));
  const now = new Date();
  const of = { learnerId: actors.owner.userId, madeById: actors.owner.userId, labSlug: 'gone' };
  const images = { create: [{ machineName: 'main', image: 'berth/saved:gone-main' }] };
  await database.client.savedState.create({
    data: { id: 'gone', ...of, labVersion: '1', state: 'removing', createdAt: now, expiresAt: now, images },
  });
  await pass(60, () => removals > 0);
  openBeside(t, world).start();
  await pass(40);
  t.match(await service.get(actors.owner, id), { state: 'saving' });
  finish();
  open();
  t.match(await whenState(service, id, 'saved', 'ready'), { state: 'saved', saveProblem: undefined });
});

await test('a save whose lease another process adopted ends, and changes the session no further', async (t) => {
  const world = await openLongSave(t);
  const { database, service, actors, id, pass, finish, leaves } = world;
  const held = () => database.client.savedState.findFirst();
  await database.client.savedState.updateMany({
    data: { heldBy: 'elsewhere/1/x/y', heldUntil: new Date(Date.now() + 3_600_000) },
  });
  await pass(6);
  finish();
  await pass(30);
  t.match(await service.get(actors.owner, id), { state: 'saving', saveProblem: undefined });
  t.match(await held(), { state: 'creating', heldBy: 'elsewhere/1/x/y' });

  // And that process dies, too.
  await database.client.savedState.updateMany({ data: { heldUntil: new Date(0) } });
  await pass(600, async () => (await service.get(actors.owner, id)).state === 'ready');
  t.match(await service.get(actors.owner, id), { state: 'ready', saveProblem: { code: 'SAVE_INTERRUPTED' } });
  await pass(600, async () => (await held()) === null);
  await leaves(1, 0);
});
