import { medians } from './context.ts';
import type { BenchContext, Figure } from './context.ts';
import { openShells, orderOf } from './shells.ts';
import type { BenchShell, Way } from './shells.ts';

/** Rounds before the measurement, in which both processes compile their hot code. */
const WARM_UP = 3;
const ROUNDS = 15;
const BYTES = 48 * 1024 * 1024;
const MEGABYTE = 1024 * 1024;

/**
 * Measures the output of a shell in MB/s: through the service to a client that acknowledges, through a plain client and
 * through the bridge.
 */
export async function measureThroughput(
  context: BenchContext,
): Promise<{ throughput: Figure; throughput_bridge: Figure }> {
  const shells = await openShells(context);
  const rounds: Record<Way, number>[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const speeds = { ours: 0, raw: 0, bridge: 0 };
    for (const way of orderOf(round)) speeds[way] = await speedOf(shells[way]);
    if (round >= WARM_UP) rounds.push(speeds);
  }
  await shells.close();
  return { throughput: compare(rounds, 'raw'), throughput_bridge: compare(rounds, 'bridge') };
}

function compare(rounds: readonly Record<Way, number>[], other: Way): Figure {
  return medians(
    rounds.map((speeds) => ({
      ours: speeds.ours,
      raw: speeds[other],
      ratio: speeds.ours / speeds[other],
    })),
  );
}

async function speedOf(shell: BenchShell): Promise<number> {
  const all = shell.bytes(BYTES);
  const start = performance.now();
  shell.write(`head -c ${BYTES} /dev/zero\r`);
  await all;
  const seconds = (performance.now() - start) / 1000;
  // The prompt that follows is not part of a round.
  await new Promise((resolve) => setTimeout(resolve, 200));
  return BYTES / MEGABYTE / seconds;
}
