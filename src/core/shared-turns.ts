import { createTurns } from './turns.ts';
import type { Turns } from './turns.ts';

/** Lets one work of each key be done at a time, and at most `atOnce` of all; the others wait in their order. */
export function createSharedTurns(atOnce: number) {
  const ofAll = createTurns(atOnce);
  const ofKeys = new Map<string, Turns>();

  return {
    /** Keys that are known. */
    keys: () => ofKeys.size,
    /** @throws what `work` throws, or the reason of `signal`, which ends the waiting alone */
    async run<T>(key: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
      const own = ofKeys.get(key) ?? createTurns(1);
      ofKeys.set(key, own);
      try {
        return await own.run(() => ofAll.run(work, signal), signal);
      } finally {
        if (own.isIdle()) ofKeys.delete(key);
      }
    },
  };
}
