import { test } from 'tap';
import type { Test } from 'tap';
import { openAgeing, openSaves } from '../../kit/sessions/saved-sessions.ts';
import type { SavedWorld } from '../../kit/sessions/saved-sessions.ts';
import { openTestEngine } from '../../kit/sessions/session-engine.ts';
import { testLab, testMachine, whenState } from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';

const MIB = 1024 ** 2;
/** Writes this many files of 1 MiB, with a pause after each, and prints a line at the end. */
const writeFiles = (count: number) =>
  `i=0; while [ $i -lt ${count} ]; do head -c 1M /dev/zero >/root/file$i; i=$((i+1)); sleep 0.03; done; echo finished`;

const main = testMachine('main', { diskBytes: 64 * MIB, volumes: ['/data'] });
const tiny = testMachine('main', { diskBytes: 16 * MIB, volumes: ['/data'] });
const labs = [
  testLab('narrow', { machines: [main] }),
  testLab('tiny', { machines: [tiny] }),
  testLab('roomy'),
];

/** Runs a script in the machine until it or the machine ends. Returns its output. */
async function background({ service, actors, engine }: SavedWorld, id: string, script: string) {
  const { machineId } = await service.machine(actors.owner, id, 'main');
  const spec = { command: ['sh', '-c', script], timeoutMs: 60_000, outputLimitBytes: 1000 };
  const done = engine.exec(machineId, spec);
  return {
    printed: done.then(
      ({ stdout }) => stdout.toString(),
      (error: unknown) => String(error),
    ),
  };
}

/** Likewise, but deletes each file while it is open, so no folder shows it. */
const writeDeleted = (count: number) =>
  `i=0; while [ $i -lt ${count} ]; do (exec 3<>/data/f; rm /data/f; head -c 16M /dev/zero >&3; (exec sleep 60 <&3 >/dev/null 2>&1 &)); i=$((i+1)); sleep 0.3; done; echo finished`;

async function stopsGreedy(t: Test, world: SavedWorld, script = writeFiles(600)): Promise<void> {
  const { service, saves, actors, ready, run, leaves } = world;
  const { id } = await ready('narrow');
  const neighbour = await ready('roomy');
  const { printed } = await background(world, id, script);
  const ended = await whenState(service, id, 'ended', 'saved', 'saving');
  t.match(ended, {
    state: 'ended',
    reason: { code: 'MACHINE_DISK_FULL', message: /"main" was .*, and the limit is 64 MiB/ },
    saveProblem: { code: 'SAVE_TOO_LARGE' },
  });
  t.notMatch(await printed, /finished/, 'it was stopped while it wrote');
  t.equal(await run(neighbour.id, 'echo works'), 'works\n');
  await leaves(1, 0);
  t.equal((await saves.list(actors.owner, {}, { first: 5 })).items.length, 0);
}

await test('a machine that writes quickly is stopped soon after it reaches its limit, and not saved', async (t) => {
  await stopsGreedy(t, await openSaves(t, { labs, saveOnEnd: true }));
});

await test("the same works if the service only sees the engine's socket", async (t) => {
  const engine = openTestEngine(t, { readsDisk: false });
  await stopsGreedy(t, await openSaves(t, { labs, saveOnEnd: true, engine }));
});

await test('files that are deleted while open count, too', async (t) => {
  await stopsGreedy(t, await openSaves(t, { labs, saveOnEnd: true }), writeDeleted(40));
});

await test('a machine slightly above its limit cannot be saved until files are deleted, and has two minutes', async (t) => {
  const world = await openAgeing(t, { labs, saveOnEnd: true });
  const { actors, ready, run, saved, pass, saves, sweeps, leaves } = world;
  const { id } = await ready('tiny');
  await run(id, 'head -c 10M /dev/urandom >/root/file; head -c 7M /dev/urandom >/data/file');
  await pass(11_000, id, ({ machines }) => (machines[0]?.diskPercent ?? 0) > 100);
  const refused = await saved(id);
  t.match(refused, {
    state: 'ready',
    saveProblem: {
      code: 'SAVE_OVER_DISK',
      message: /"main" holds 17.* MiB, and its limit is 16 MiB.*Delete files/,
    },
  });
  await leaves(1, 0);

  await run(id, 'rm /data/file; truncate -s 10M /root/hole /root/hole2');
  await pass(11_000, id, ({ machines }) => machines[0]?.diskPercent === undefined);
  t.match(
    await saved(id),
    { state: 'saved', saveProblem: undefined },
    'sparse files count only their blocks',
  );
  await sweeps(leaves(0, 2));

  await saves.resume(actors.owner, id);
  await pass(0, id, ({ state }) => state === 'ready');
  await run(id, 'head -c 10M /dev/urandom >/root/more; head -c 7M /dev/urandom >/data/file');
  await pass(11_000, id, ({ machines }) => (machines[0]?.diskPercent ?? 0) > 100);
  const fallen = await pass(121_000, id, ({ state }) => state !== 'ready');
  t.match(fallen, { state: 'saved', reason: { code: 'MACHINE_DISK_FULL' } });
  await sweeps(leaves(0, 2));
});

await test('a machine that is slow to measure delays no other, and is paused during the measurement if the disk fills', async (t) => {
  const engine = openTestEngine(t);
  const { measureUsage } = engine;
  const world = await openSaves(t, { labs, saveOnEnd: true, engine });
  const { service, ready, actors } = world;
  const crowded = await ready('roomy');
  const { machineId } = await service.machine(actors.owner, crowded.id, 'main');
  let whilePaused = 0;
  // As with a million files: no measurement ends within one round.
  engine.measureUsage = async (id, options) => {
    if (id !== machineId) return measureUsage.call(engine, id, options);
    if (options.timeoutMs <= 1_000) return 'late';
    if ((await engine.inspect(machineId)).state === 'paused') whilePaused += 1;
    return measureUsage.call(engine, id, options);
  };
  const { printed } = await background(world, crowded.id, writeFiles(150));
  await until(() => whilePaused > 0, 30_000);
  await until(async () => (await engine.inspect(machineId)).state === 'running', 30_000);
  t.match(await printed, /finished/, 'it was within its limit and continued');

  const greedy = await ready('narrow');
  const writing = await background(world, greedy.id, writeFiles(600));
  await whenState(service, greedy.id, 'ended', 'saved');
  t.notMatch(await writing.printed, /finished/);
  t.equal((await service.get(actors.owner, crowded.id)).state, 'ready');
});
