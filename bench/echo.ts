import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './context.ts';
import type { BenchContext, Figure } from './context.ts';
import { openShells, orderOf, ways } from './shells.ts';
import type { BenchShell, Way } from './shells.ts';

/** Keys before the measurement, after which all processes have compiled their hot code. */
const WARM_UP_KEYS = 1_000;
const KEYS = 600;
/** Keys on one line before it is cleared, so that it never wraps. */
const LINE_KEYS = 40;
/** Delay between two keys, in milliseconds: nobody types faster, and all work for a key is done. */
const PAUSE_MS = 3;

/**
 * Measures the milliseconds from a key to its echo at a shell's prompt: through the service, through a plain client and
 * through the bridge.
 */
export async function measureEcho(context: BenchContext): Promise<{ echo: Figure; echo_bridge: Figure }> {
  const shells = await openShells(context);
  const times: Record<Way, number[]> = { ours: [], raw: [], bridge: [] };
  for (let key = 0; key < WARM_UP_KEYS + KEYS; key++) {
    if (key % LINE_KEYS === 0) await Promise.all(ways.map((way) => clearLine(shells[way])));
    for (const way of orderOf(key)) {
      const time = await echoOf(shells[way]);
      if (key >= WARM_UP_KEYS) times[way].push(time);
      await sleep(PAUSE_MS);
    }
  }
  await shells.close();
  const [ours, raw, bridge] = [median(times.ours), median(times.raw), median(times.bridge)];
  return {
    echo: { ours, raw, ratio: ours / raw },
    echo_bridge: { ours, raw: bridge, ratio: ours / bridge },
  };
}

async function echoOf(shell: BenchShell): Promise<number> {
  const echoed = shell.bytes(1);
  const start = performance.now();
  shell.write('x');
  await echoed;
  return performance.now() - start;
}

async function clearLine(shell: BenchShell): Promise<void> {
  shell.write('\x15');
  await sleep(50);
}
