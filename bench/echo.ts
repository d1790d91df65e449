import { setTimeout as sleep } from 'node:timers/promises';
import { median } from './context.ts';
import type { BenchContext, Figure } from './context.ts';
import { openShellPair } from './shell-pair.ts';
import type { BenchShell } from './shell-pair.ts';

const WARM_UP_KEYS = 100;
const KEYS = 600;
/** Keys on one line before it is cleared: it must not come to the right edge. */
const LINE_KEYS = 40;
/** Between two keys, in milliseconds: nobody types faster, and what a key causes is over. */
const PAUSE_MS = 3;

/** Milliseconds from a key to its echo at a shell's prompt: through the whole service, and by the plain client, in turn. */
export async function measureEcho(context: BenchContext): Promise<Figure> {
  const { ours, raw } = await openShellPair(context);
  const times = { ours: [] as number[], raw: [] as number[] };
  for (let key = 0; key < WARM_UP_KEYS + KEYS; key++) {
    if (key % LINE_KEYS === 0) await Promise.all([clearLine(ours), clearLine(raw)]);
    const pair = key % 2 === 0 ? (['ours', 'raw'] as const) : (['raw', 'ours'] as const);
    for (const which of pair) {
      const time = await echoOf(which === 'ours' ? ours : raw);
      if (key >= WARM_UP_KEYS) times[which].push(time);
      await sleep(PAUSE_MS);
    }
  }
  await Promise.all([ours.close(), raw.close()]);
  const figure = { ours: median(times.ours), raw: median(times.raw) };
  return { ...figure, ratio: figure.ours / figure.raw };
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
