import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { system } from '../../../src/domains/identity/actor.ts';
import { openAgeing, openSaves } from '../../kit/sessions/saved-sessions.ts';
import { whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

await test('a saved session is kept for some days and then removed, with its images and row', async (t) => {
  const { database, service, saves, actors, ready, saved, leaves, pass, sweeps } = await openAgeing(t);
  const { id } = await ready();
  t.match(await saved(id), { state: 'saved' });
  await sweeps(leaves(0, 3));
  await pass(29 * DAY, id, ({ state }) => state === 'saved');
  // Resuming restarts its days.
  await saves.resume(actors.owner, id);
  await whenState(service, id, 'ready');
  t.match(await saved(id), { state: 'saved' });
  await pass(29 * DAY, id, ({ state }) => state === 'saved');
  const ended = await pass(2 * DAY, id, ({ state }) => state === 'ended');
  t.match(ended.reason, { code: 'SAVED_STATE_EXPIRED', message: /deleted after 30 days/ });
  await sweeps(leaves(0, 0));
  await sweeps(until(async () => (await database.client.savedState.count()) === 0));
  t.not((await service.start(actors.owner, { lab: 'lab-0' })).id, id);
});

await test('a running session keeps its saved state of any age', async (t) => {
  const { database, service, saves, actors, ready, saved, pass, engine } = await openAgeing(t, {
    saveDays: 1,
  });
  const { id } = await ready('lab-1');
  await saved(id);
  await saves.resume(actors.owner, id);
  await whenState(service, id, 'ready');
  const old = new Date(0);
  await database.client.savedState.updateMany({ data: { expiresAt: old } });
  await database.client.session.update({
    where: { id },
    data: { expiresAt: new Date(Date.now() + 90 * DAY), endsAt: new Date(Date.now() + 90 * DAY) },
  });
  await pass(MINUTE, id, ({ state }) => state === 'ready');
  await setTimeout(1000);
  t.equal((await engine.listImages()).length, 1);
  t.equal((await service.get(system, id)).state, 'ready');
});

await test('an idle session is saved instead of ended, and continues as it was', async (t) => {
  const { service, saves, actors, ready, run, pass } = await openAgeing(t, { saveOnEnd: true });
  const { id } = await ready();
  await run(id, 'echo kept >/root/file');
  await pass(26 * MINUTE, id, ({ warnedAt }) => warnedAt !== undefined);
  const put = await pass(5 * MINUTE, id, ({ state }) => state === 'saved' || state === 'ended');
  t.match(put, {
    state: 'saved',
    reason: { code: 'SESSION_IDLE', details: { minutes: Number } },
    saveProblem: undefined,
  });
  await saves.resume(actors.owner, id);
  t.match(await whenState(service, id, 'ready'), { reason: undefined });
  t.equal(await run(id, 'cat /root/file'), 'kept\n');
});

await test('an oversized session at its end just ends, and its earlier save stays', async (t) => {
  const world = await openAgeing(t, { saveOnEnd: true, saveLimitBytes: 1024 * 1024 });
  const { service, saves, actors, ready, run, saved, leaves, pass, sweeps } = world;
  const { owner } = actors;
  const { id } = await ready('lab-1');
  await run(id, 'echo kept >/root/file');
  const before = await saved(id);
  await saves.resume(owner, id);
  await whenState(service, id, 'ready');
  await run(id, 'head -c 3M /dev/urandom >/root/much');
  await pass(26 * MINUTE, id, ({ warnedAt }) => warnedAt !== undefined);
  const put = await pass(5 * MINUTE, id, ({ state }) => state === 'saved' || state === 'ended');
  t.match(put, {
    state: 'saved',
    savedStateId: before.savedStateId,
    reason: { code: 'SESSION_IDLE' },
    saveProblem: { code: 'SAVE_TOO_LARGE', details: { size: String, limit: String } },
  });
  await sweeps(leaves(0, 1));
  await saves.reset(owner, id);
  await whenState(service, id, 'ready');
  await run(id, 'head -c 3M /dev/urandom >/root/much');
  await pass(26 * MINUTE, id, ({ warnedAt }) => warnedAt !== undefined);
  t.match(await pass(5 * MINUTE, id, ({ state }) => state === 'ended'), {
    reason: { code: 'SESSION_IDLE' },
    saveProblem: { code: 'SAVE_TOO_LARGE' },
  });
  await sweeps(leaves(0, 0));
});

await test('deleting a learner removes their saved sessions, and copies of them when they end', async (t) => {
  const { database, service, saves, actors, sessions, ready, saved, leaves } = await openSaves(t);
  const { owner, instructor } = actors;
  const { id } = await ready();
  await saved(id);
  const copy = await saves.fork(instructor, id);
  await whenState(service, copy.id, 'ready');
  await leaves(1, 3);
  await database.client.user.delete({ where: { id: owner.userId } });
  await sessions.reconcile();
  t.equal((await service.get(instructor, copy.id)).state, 'ready');
  await service.stop(instructor, copy.id);
  await whenState(service, copy.id, 'ended');
  await sessions.reconcile();
  await leaves(0, 0);
});
