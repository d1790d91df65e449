import { test } from 'tap';
import type { Test } from 'tap';
import type { SessionsOptions } from '../../../src/sessions/sessions-options.ts';
import type { Session } from '../../../src/sessions/session.ts';
import { createGate } from '../../support/gate.ts';
import { openAgeing } from '../../support/saved-sessions.ts';
import { testLab, testMachine, whenState } from '../../support/sessions.ts';
import { until } from '../../support/until.ts';

const MIB = 1024 ** 2;
/** Machines are measured once in so long, in milliseconds. */
const MEASURED_MS = 61_000;

const main = testMachine('main', { diskBytes: 32 * MIB, volumes: ['/data'] });
const isOver = ({ state }: Session) => state === 'saved' || state === 'ended';

/** Sessions that may write 32 MiB, on the real engine. */
async function openNarrow(t: Test, options: Partial<SessionsOptions> & { save?: boolean } = {}) {
  const { save = true, ...rest } = options;
  const labs = [testLab('narrow', { save, machines: [main] }), testLab('roomy')];
  const world = await openAgeing(t, { labs, saveOnEnd: true, ...rest });
  const start = async () => {
    const session = await world.ready('narrow');
    await world.run(session.id, 'echo kept >/root/kept; echo too >/data/kept');
    return session;
  };
  const overfill = (id: string) => world.run(id, `head -c ${48 * MIB} /dev/urandom >/root/much`);
  return { ...world, start, overfill };
}

await test('a session whose machine wrote too much is saved, and goes on with all that it had', async (t) => {
  const { service, saves, actors, start, overfill, run, pass, sweeps, leaves } = await openNarrow(t);
  const { id } = await start();
  await overfill(id);
  t.match(await pass(MEASURED_MS, id, isOver), {
    state: 'saved',
    reason: { code: 'MACHINE_DISK_FULL', message: /"main" had written 48.* and may keep 32 MiB/ },
    saveProblem: undefined,
  });
  await sweeps(leaves(0, 2));
  await saves.resume(actors.owner, id);
  t.match(await whenState(service, id, 'ready'), { reason: undefined });
  t.equal(await run(id, 'cat /root/kept /data/kept; stat -c %s /root/much'), `kept\ntoo\n${48 * MIB}\n`);
});

await test('where saved states may not be so large it ends, and tells why', async (t) => {
  const world = await openNarrow(t, { saveLimitBytes: 40 * MIB });
  const { start, overfill, pass, sweeps, leaves } = world;
  const { id } = await start();
  await overfill(id);
  t.match(await pass(MEASURED_MS, id, isOver), {
    state: 'ended',
    reason: { code: 'MACHINE_DISK_FULL' },
    saveProblem: { code: 'SAVE_TOO_LARGE', message: /What you made is 49 MiB and at most 40 MiB are kept/ },
  });
  await sweeps(leaves(0, 0));
});

await test('where the disk has no room for it, it ends and tells why; what was saved before stands', async (t) => {
  const world = await openNarrow(t, { diskReserve: { bytes: 400 * MIB } });
  const { engine, saves, service, actors, start, overfill, saved, run, pass, sweeps, leaves } = world;
  const { id } = await start();
  await overfill(id);
  engine.leaveFree(130 * MIB);
  const problem = { reason: { code: 'MACHINE_DISK_FULL' }, saveProblem: { code: 'DISK_FULL' } };
  t.match(await pass(MEASURED_MS, id, isOver), { state: 'ended', ...problem });
  await sweeps(leaves(0, 0));

  engine.leaveFree(500 * MIB);
  await pass(MEASURED_MS, id, isOver);
  const second = await start();
  await saved(second.id);
  await saves.resume(actors.owner, second.id);
  await whenState(service, second.id, 'ready');
  await overfill(second.id);
  engine.leaveFree(130 * MIB);
  t.match(await pass(MEASURED_MS, second.id, isOver), { state: 'saved', ...problem });
  engine.leaveFree(500 * MIB);
  await saves.resume(actors.owner, second.id);
  await pass(MEASURED_MS, second.id, ({ state }) => state === 'ready');
  t.equal(await run(second.id, 'ls /root; cat /root/kept'), 'kept\nkept\n');
});

await test('a session of a lab that is not saved ends', async (t) => {
  const { start, overfill, pass } = await openNarrow(t, { save: false });
  const { id } = await start();
  await overfill(id);
  t.match(await pass(MEASURED_MS, id, isOver), {
    state: 'ended',
    reason: { code: 'MACHINE_DISK_FULL' },
    saveProblem: undefined,
  });
});

await test('while others are being saved its machine stops all the same, before it writes on', async (t) => {
  const { service, saves, engine, actors, start, overfill, pass } = await openNarrow(t);
  const { opened, open } = createGate();
  engine.intercept('commit', () => opened);
  for (const owner of [actors.owner, actors.other]) {
    const { id } = await service.start(owner, { lab: 'roomy' });
    await whenState(service, id, 'ready');
    await saves.save(owner, id);
  }
  const { id } = await start();
  await overfill(id);
  const { machineId } = await service.machine(actors.owner, id, 'main');
  await pass(MEASURED_MS, id, ({ state }) => state === 'saving');
  await until(async () => (await engine.inspect(machineId)).state === 'exited');
  open();
  t.match(await whenState(service, id, 'saved', 'ended'), { state: 'saved' });
});
