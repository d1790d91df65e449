import { readFile } from 'node:fs/promises';
import { connectEngine } from '../../../../src/engine/docker/client.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { remainsOf } from './remains.ts';
import type { Remain } from './remains.ts';

/** Longest time for helpers on the engine to end automatically, in milliseconds. */
const HELPERS_END_MS = 10_000;
const POLL_MS = 500;

/**
 * Removes leftovers on the engine of the installations that tests recorded in the file. Returns one line each: its name
 * and the test's.
 */
export async function takeLeftovers(
  file: string,
  engine: string | undefined,
  patienceMs = HELPERS_END_MS,
): Promise<string[]> {
  const tests = new Map(
    (await readFile(file, 'utf8'))
      .split('\n')
      .map((line) => line.split(' '))
      .map(([installation = '', test = '']) => [installation, test]),
  );
  const { docker, close } = connectEngine(engine, process.env);
  try {
    const look = () => remainsOf(docker, new Set(tests.keys()));
    const left = await untilEmpty(look, patienceMs);
    for (const { remove } of left) await remove();
    return left.map(({ name, installation }) => `${name} of ${tests.get(installation)}`);
  } finally {
    close();
  }
}

async function untilEmpty(look: () => Promise<Remain[]>, patienceMs: number): Promise<Remain[]> {
  const end = Date.now() + patienceMs;
  let left = await look();
  while (left.length > 0 && Date.now() < end) {
    await systemClock.sleep(POLL_MS);
    left = await look();
  }
  return left;
}
