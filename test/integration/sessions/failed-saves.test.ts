import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { test } from 'tap';
import { fault } from '../../../src/core/errors.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { openBeside, openSaves } from '../../kit/sessions/saved-sessions.ts';
import { testLab, testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';

await test('an oversized session is not saved: it continues with its files, and reports the reason', async (t) => {
  const { service, saves, actors, ready, run, saved, leaves } = await openSaves(t, {
    saveLimitBytes: 3 * 1024 * 1024,
  });
  const { id } = await ready();
  await run(id, 'echo kept >/root/kept; head -c 1M /dev/urandom >/root/much');
  await run(id, 'head -c 4M /dev/urandom >/data/too-much');
  const kept = await saved(id);
  t.match(kept, { state: 'ready', saveProblem: { code: 'SAVE_TOO_LARGE' }, savedStateId: undefined });
  t.match(kept.saveProblem?.message, /it holds 4 MiB, and the limit is 3 MiB/);
  t.equal(await run(id, 'cat /root/kept; stat -c %s /data/too-much'), 'kept\n4194304\n');
  await leaves(1, 0);

  await run(id, 'rm /data/too-much');
  t.match(await saved(id), { state: 'saved', saveProblem: undefined });
  t.equal((await saves.list(actors.owner, {}, { first: 5 })).items.length, 1);
  await service.delete(actors.owner, id);
  await leaves(0, 0);
});

await test("above its learner's limit, a session is not saved until another one, which it names, is deleted", async (t) => {
  const { saves, actors, ready, run, saved, leaves } = await openSaves(t, {
    saveQuotaBytes: 5 * 1024 * 1024,
    labs: [testLab('lab-0'), testLab('lab-1')],
  });
  const [first, second] = [await ready('lab-0'), await ready('lab-1')];
  for (const { id } of [first, second]) await run(id, 'head -c 3M /dev/urandom >/root/file');
  t.match(await saved(first.id), { state: 'saved' });
  t.match(await saved(second.id), {
    state: 'ready',
    saveProblem: { code: 'SAVE_QUOTA_FULL', message: /use 3.* of 5 MiB.*The largest: "lab-0" \(3.*MiB\)/ },
  });
  await leaves(1, 1);
  t.equal(await run(second.id, 'stat -c %s /root/file'), `${3 * 1024 ** 2}\n`);
  const [kept] = (await saves.list(actors.owner, {}, { first: 5 })).items;
  await saves.delete(actors.owner, kept?.node.id ?? '');
  t.match(await saved(second.id), { state: 'saved', saveProblem: undefined });
  t.match(await saves.usage(actors.owner), { limitBytes: 5 * 1024 ** 2, bytes: Number });
});

await test('a sparse file is rejected before the engine writes it out, also in a copy', async (t) => {
  const { service, saves, actors, engine, ready, run, saved, leaves } = await openSaves(t, {
    saveLimitBytes: 64 * 1024 * 1024,
  });
  const { id } = await ready('lab-1');
  let images = 0;
  engine.intercept('measureImage', async () => void images++);
  await run(id, 'truncate -s 256M /tmp/hole');
  t.match(await saved(id), { state: 'ready', saveProblem: { code: 'SAVE_TOO_LARGE' } });
  const copy = await saves.fork(actors.instructor, id);
  const failed = await whenState(service, copy.id, 'failed', 'ready');
  t.match(failed, { state: 'failed', reason: { code: 'SAVE_TOO_LARGE' } });
  t.equal(await run(id, 'stat -c %s /tmp/hole; rm /tmp/hole'), `${256 * 1024 ** 2}\n`);
  await leaves(1, 0);
  t.equal(images, 0, 'none was created');
  t.match(await saved(id), { state: 'saved' });
});

await test('a volume is measured before anything is created, and a growing one is read up to its limit', async (t) => {
  const { engine, ready, run, saved, leaves } = await openSaves(t, { saveLimitBytes: 64 * 1024 * 1024 });
  const { id } = await ready();
  const made: unknown[] = [];
  engine.intercept('measureImage', async (image) => void made.push(image));
  const parts = () => made.map(String).map((image) => image.replace(/.*-/, ''));
  await run(id, 'truncate -s 256M /data/hole');
  const refused = await saved(id);
  t.match(refused, { state: 'ready', saveProblem: { code: 'SAVE_TOO_LARGE' } });
  t.match(refused.saveProblem?.message, /it holds 256 MiB, and the limit is 64 MiB/);
  t.strictSame(parts(), [], 'nothing was created');

  const { measureVolume } = engine;
  engine.measureVolume = async () => 0;
  const cut = await saved(id);
  t.match(cut.saveProblem?.message, /it holds more than 64 MiB, and the limit is 64 MiB/);
  t.strictSame(parts(), ['main'], 'nothing of the volume was created');
  engine.measureVolume = measureVolume;
  t.equal(await run(id, 'stat -c %s /data/hole; rm /data/hole'), `${256 * 1024 ** 2}\n`);
  await leaves(1, 0);
  t.match(await saved(id), { state: 'saved' });
});

await test('when a save fails, the earlier one stays', async (t) => {
  const { service, saves, actors, engine, ready, run, saved, leaves } = await openSaves(t);
  const { owner } = actors;
  const { id } = await ready('lab-1');
  await run(id, 'echo old >/root/file');
  const before = await saved(id);
  await saves.resume(owner, id);
  await whenState(service, id, 'ready', 'failed');
  await run(id, 'echo new >/root/file');
  engine.intercept('commit', async () => {
    throw fault('DISK_FULL', { where: 'the container engine' });
  });
  const kept = await saved(id);
  t.match(kept, { state: 'ready', saveProblem: { code: 'DISK_FULL' }, savedStateId: before.savedStateId });
  t.equal(await run(id, 'cat /root/file'), 'new\n', 'the session continues');
  await leaves(1, 1);

  engine.intercept('commit', async () => undefined);
  t.match(await saved(id), { state: 'saved', saveProblem: undefined });
  await saves.resume(owner, id);
  await whenState(service, id, 'ready', 'failed');
  t.equal(await run(id, 'cat /root/file'), 'new\n');
});

await test('if a nested engine does not answer after a failed save, the session continues if the machine runs', async (t) => {
  const { engine, ready, run, saved, leaves } = await openSaves(t);
  engine.intercept('commit', async () => {
    throw fault('DISK_FULL', { where: 'the container engine' });
  });
  const silent = fault('NESTED_ENGINE_UNAVAILABLE', { problem: 'it does not answer' });
  engine.intercept('restart', async (machineId) => {
    await promisify(execFile)('docker', ['restart', '--time', '0', String(machineId)]);
    throw silent;
  });
  const { id } = await ready('lab-1');
  await run(id, 'echo kept >/root/file');
  t.match(await saved(id), { state: 'ready', saveProblem: { code: 'DISK_FULL' } });
  t.equal(await run(id, 'cat /root/file'), 'kept\n');
  await leaves(1, 0);

  engine.intercept('restart', async (machineId) => {
    await promisify(execFile)('docker', ['kill', String(machineId)]).catch(() => undefined);
    throw silent;
  });
  t.match(await saved(id), { state: 'failed', reason: { code: 'MACHINE_LOST' } });
  await leaves(0, 0);
});

await test('a session that cannot be restored, or loses its machine, stays saved', async (t) => {
  const { service, saves, actors, engine, ready, run, saved, leaves } = await openSaves(t);
  const { owner } = actors;
  const { id } = await ready('lab-1');
  await run(id, 'echo kept >/root/file');
  await saved(id);
  engine.intercept('provision', async () => {
    throw fault('DISK_FULL', { where: 'the container engine' });
  });
  await saves.resume(owner, id);
  await whenState(service, id, 'queued', 'provisioning');
  t.match(await whenState(service, id, 'saved', 'failed'), {
    state: 'saved',
    reason: { code: 'DISK_FULL' },
    endedAt: undefined,
  });
  await leaves(0, 1);
  engine.intercept('provision', async () => undefined);
  await saves.resume(owner, id);
  t.match(await whenState(service, id, 'ready'), { reason: undefined });

  const { machineId } = await service.machine(owner, id, 'main');
  const [{ environmentId } = { environmentId: '' }] = await engine.list();
  await engine.stop(machineId);
  await engine.destroy(environmentId);
  t.match(await whenState(service, id, 'saved', 'failed'), {
    state: 'saved',
    reason: { code: 'MACHINE_LOST' },
  });
  await saves.resume(owner, id);
  await whenState(service, id, 'ready');
  t.equal(await run(id, 'cat /root/file'), 'kept\n');
});

await test('two simultaneous saves are one, and a save during a stop or deletion leaves nothing behind', async (t) => {
  const world = await openSaves(t);
  const { database, service, saves, actors, ready, leaves } = world;
  const { owner } = actors;
  const other = openBeside(t, world);
  const { id } = await ready();
  const all = await Promise.all([saves.save(owner, id), saves.save(owner, id), other.saves.save(owner, id)]);
  t.same(
    all.map(({ state }) => state),
    ['saving', 'saving', 'saving'],
  );
  t.equal((await whenState(service, id, 'saved', 'ready')).state, 'saved');
  await leaves(0, 3);
  t.equal(await database.client.savedState.count(), 1);

  for (const [delay, end] of [
    [0, service.stop],
    [300, service.stop],
    [0, service.delete],
    [300, service.delete],
  ] as const) {
    const { id: other } = await ready('lab-1');
    await saves.save(owner, other);
    await setTimeout(delay);
    await end(owner, other);
    await leaves(0, 3);
    t.not((await service.start(owner, { lab: 'lab-1' })).id, other);
    await service.deleteAllMine(actors.other);
    await service.delete(owner, (await service.start(owner, { lab: 'lab-1' })).id);
  }
  // A resume during a deletion leaves nothing behind either.
  await Promise.allSettled([saves.resume(owner, id), service.delete(owner, id)]);
  if ((await outcomeOf(() => service.get(owner, id))) === 'ok') await service.delete(owner, id);
  await leaves(0, 0);
  await until(async () => (await database.client.savedState.count()) === 0);
});

await test('a save that a stopping service interrupts is aborted, and the session continues', async (t) => {
  const world = await openSaves(t);
  const { database, sessions, engine, service, saves, actors, ready, run } = world;
  const { id } = await ready();
  await run(id, 'echo kept >/root/file');
  let go: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  engine.intercept('commitVolume', () => gate);
  await saves.save(actors.owner, id);
  await until(async () => (await database.client.savedImage.count()) >= 2);
  const stopped = sessions.stop();
  go?.();
  await stopped;
  t.match(await service.get(actors.owner, id), { state: 'ready', saveProblem: { code: 'SAVE_INTERRUPTED' } });
  t.equal(await run(id, 'cat /root/file'), 'kept\n');
  t.equal(await outcomeOf(() => saves.save(actors.owner, id)), 'SHUTTING_DOWN');
});

await test('if the engine fails during a save, the session exists afterwards', async (t) => {
  const { database, engine, service, saves, actors, ready, run, leaves } = await openSaves(t);
  const { id } = await ready();
  await run(id, 'echo kept >/root/file');
  let go: (() => void) | undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  engine.intercept('commitVolume', () => gate);
  await saves.save(actors.owner, id);
  await until(async () => (await database.client.savedImage.count()) >= 2);
  engine.vanish();
  go?.();
  t.match(await whenState(service, id, 'unreachable', 'ready', 'saved', 'failed'), {
    state: 'unreachable',
    saveProblem: { code: 'ENGINE_UNREACHABLE' },
  });
  engine.reconnect();
  await whenState(service, id, 'ready');
  t.equal(await run(id, 'cat /root/file'), 'kept\n');
  await leaves(1, 0);
});

await test('a lab that disables saving is not saved, neither at the end nor by its learner', async (t) => {
  const labs = [testLab('lab-0', { save: false, machines: [testMachine('main')] })];
  const { saves, actors, ready } = await openSaves(t, { labs });
  const { id } = await ready();
  t.equal(await outcomeOf(() => saves.save(actors.owner, id)), 'SAVE_OFF');
  t.match(await saves.fork(actors.instructor, id), { forkOfId: id }, 'staff can look into it');
});
