import { median } from './context.ts';
import type { BenchContext, Figure } from './context.ts';
import { openShellPair } from './shell-pair.ts';
import type { BenchShell } from './shell-pair.ts';

/** Rounds before, in which both processes compile what is hot. */
const WARM_UP = 3;
const ROUNDS = 15;
const BYTES = 48 * 1024 * 1024;
const MEGABYTE = 1024 * 1024;

/** MB/s of output from a shell: through the whole service to a client that acknowledges, and by the plain client, in turn. */
export async function measureThroughput(context: BenchContext): Promise<Figure> {
  const { ours, raw } = await openShellPair(context);
  const speeds = { ours: [] as number[], raw: [] as number[] };
  const ratios: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? (['ours', 'raw'] as const) : (['raw', 'ours'] as const);
    const speed = { ours: 0, raw: 0 };
    for (const which of order) speed[which] = await speedOf(which === 'ours' ? ours : raw);
    if (round < 0) continue;
    speeds.ours.push(speed.ours);
    speeds.raw.push(speed.raw);
    ratios.push(speed.ours / speed.raw);
  }
  await Promise.all([ours.close(), raw.close()]);
  return { ours: median(speeds.ours), raw: median(speeds.raw), ratio: median(ratios) };
}

async function speedOf(shell: BenchShell): Promise<number> {
  const all = shell.bytes(BYTES);
  const start = performance.now();
  shell.write(`head -c ${BYTES} /dev/zero\r`);
  await all;
  const seconds = (performance.now() - start) / 1000;
  // The prompt that follows belongs to no round.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return BYTES / MEGABYTE / seconds;
}
