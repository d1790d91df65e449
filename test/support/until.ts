import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is yes. Throws after `patienceMs`, so that a test fails instead of hanging. */
export async function until(is: () => boolean | Promise<boolean>, patienceMs = 60_000): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await is())) {
    if (Date.now() > end) throw new Error(`It did not come true within ${patienceMs} ms: ${String(is)}`);
    await sleep(20);
  }
}
