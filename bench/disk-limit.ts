import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { until } from '../test/kit/basics/until.ts';
import { median } from './context.ts';
import type { BenchContext, Figure } from './context.ts';

const run = promisify(execFile);

/** A lab whose machine has a disk limit of {@link LIMIT_MIB}. */
export const SMALL_DISK_LAB = 'small-disk';
const LIMIT_MIB = 512;
const RUNS = 3;
const MIB = 1024 ** 2;

/** Poll interval of the disk usage, in milliseconds. */
const LOOK_EVERY_MS = 10;
/** Smaller changes of the disk usage come from other programs. In mebibytes. */
const NOISE_MIB = 2;
/** Longest time for a machine to write, and for its files to be removed, in milliseconds. */
const LONGEST_MS = 120_000;

/** What machines write, as fast as they can, and how much at most, in mebibytes: no file passes the lab's limit. */
const writers = {
  'large files': { mib: 4 * 48 * 128, script: four('dd if=/dev/zero of=f$w.$i bs=1M count=128 2>&-', 48) },
  // Takes space and writes nothing.
  allocated: { mib: 4 * 2048 * 2, script: four('fallocate -l 2M f$w.$i', 2048) },
  'small files': { mib: 4 * 1024, script: four('head -c 1G /dev/zero | split -b 16K -a 5 - f$w', 1) },
};
type Writer = keyof typeof writers;

function four(command: string, times: number): string {
  return `cd; for w in 1 2 3 4; do (for i in $(seq ${times}); do ${command}; done) & done; wait`;
}

/** The disk usage at which a machine stopped, and the time since it crossed the limit. */
interface Stopped {
  seconds: number;
  mib: number;
}

/**
 * Measures the seconds from a machine's limit until it stops writing, and its disk usage then in mebibytes, for the worst
 * way of writing. The raw figure is of a loop that constantly measures this machine and pauses it.
 */
export async function measureDiskLimit(
  context: BenchContext,
  names: { seconds: string; mib: string },
): Promise<Record<string, Figure>> {
  const { DockerRootDir: disk } = (await context.docker.info()) as { DockerRootDir: string };
  const all: { ours: Stopped; raw: Stopped }[] = [];
  for (const writer of Object.keys(writers) as Writer[]) {
    const stopped = { ours: [] as Stopped[], raw: [] as Stopped[] };
    for (let round = 0; round < RUNS; round++) {
      stopped.ours.push(await stopOurs(context, disk, writer));
      stopped.raw.push(await stopRaw(context.docker, disk, writer));
    }
    report(writer, stopped);
    all.push({ ours: middle(stopped.ours), raw: middle(stopped.raw) });
  }
  const worst = (of: (stopped: Stopped) => number): Figure => {
    const [ours, raw] = [
      Math.max(...all.map((each) => of(each.ours))),
      Math.max(...all.map((each) => of(each.raw))),
    ];
    return { ours, raw, ratio: ours / raw };
  };
  return { [names.seconds]: worst(({ seconds }) => seconds), [names.mib]: worst(({ mib }) => mib) };
}

async function stopOurs(context: BenchContext, disk: string, writer: Writer): Promise<Stopped> {
  const session = await context.startSession();
  const isStopped = async () => (await context.stateOf(session)) !== 'READY';
  const container = await context.containerOf(session);
  const stopped = await write(container, disk, writer, isStopped);
  await context.endSession(session);
  await whenGone(container);
  return stopped;
}

async function stopRaw(docker: Docker, disk: string, writer: Writer): Promise<Stopped> {
  const container = await docker.createContainer({
    Image: 'berth/lab-linux:latest',
    Cmd: ['sleep', 'infinity'],
    Labels: { 'berth.bench': randomUUID() },
    HostConfig: { NetworkMode: 'none', Memory: 2048 * MIB, NanoCpus: 2e9 },
  });
  try {
    await container.start();
    let isPaused = false;
    const pausing = pauseByHand(container).then(() => (isPaused = true));
    const stopped = await write(container, disk, writer, async () => isPaused);
    await pausing;
    return stopped;
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
}

async function pauseByHand(container: Docker.Container): Promise<void> {
  const { GraphDriver } = await container.inspect();
  const folder = (GraphDriver.Data as unknown as { UpperDir: string }).UpperDir;
  for (let bytes = 0; bytes < LIMIT_MIB * MIB;) {
    // The command fails if a file was removed meanwhile.
    const { stdout } = await run('du', ['--summarize', '--block-size=1', folder]).catch(() => ({
      stdout: '',
    }));
    bytes = Number.parseInt(stdout, 10) || 0;
  }
  // The kernel can fail to freeze a process that waits for the disk.
  const isPaused = () =>
    container.pause().then(
      () => true,
      () => false,
    );
  await until(isPaused, LONGEST_MS);
}

/** Writes in the machine until it is stopped. */
async function write(
  container: Docker.Container,
  disk: string,
  writer: Writer,
  isStopped: () => Promise<boolean>,
): Promise<Stopped> {
  const { script, mib: most } = writers[writer];
  await settle(disk);
  const before = await freeMib(disk);
  const exec = await container.exec({ Cmd: ['sh', '-c', script], User: 'learner' });
  // An unread response would keep its connection and this process open forever.
  (await exec.start({ Detach: true })).resume();
  const stopped = until(isStopped, LONGEST_MS).then(() => true);
  let crossedAt: number | undefined;
  let last = { mib: 0, at: 0 };
  while (!(await Promise.race([stopped, sleep(LOOK_EVERY_MS, false)]))) {
    const [mib, at] = [before - (await freeMib(disk)), performance.now()];
    if (mib > LIMIT_MIB) crossedAt ??= at;
    if (mib > last.mib + NOISE_MIB) last = { mib, at };
  }
  if (last.mib > 0.98 * most) throw new Error(`${writer}: nothing stopped the machine.`);
  return { seconds: (crossedAt === undefined ? 0 : last.at - crossedAt) / 1000, mib: last.mib };
}

/** Resolves when the space of earlier machines is free again: files are removed in the background. */
async function settle(disk: string): Promise<void> {
  let before = -Infinity;
  for (;;) {
    await run('sync');
    const now = await freeMib(disk);
    if (Math.abs(now - before) < NOISE_MIB) return;
    before = now;
    await sleep(1_000);
  }
}

/** Resolves when the engine has removed the container. */
async function whenGone(container: Docker.Container): Promise<void> {
  const isGone = () =>
    container.inspect().then(
      () => false,
      () => true,
    );
  await until(isGone, LONGEST_MS);
}

async function freeMib(disk: string): Promise<number> {
  const { bfree, bsize } = await statfs(disk);
  return (bfree * bsize) / MIB;
}

function middle(stopped: readonly Stopped[]): Stopped {
  return {
    seconds: median(stopped.map(({ seconds }) => seconds)),
    mib: median(stopped.map(({ mib }) => mib)),
  };
}

function report(writer: Writer, { ours, raw }: { ours: Stopped[]; raw: Stopped[] }): void {
  const all = (stopped: Stopped[]) =>
    stopped.map(({ seconds, mib }) => `${seconds.toFixed(2)} s ${Math.round(mib)} MiB`).join(', ');
  process.stderr.write(`  ${writer.padEnd(12)} ours ${all(ours)}; raw ${all(raw)}\n`);
}
