import { createTurns } from '../turns.ts';
import type { Turns } from '../turns.ts';

/**
 * Containers of trusted checks at a time in one process: each takes up to 512 MiB and a CPU, which starts
 * of sessions do not reckon with. docs/admin.md tells of the two GiB.
 */
const CHECKERS_AT_ONCE = 4;

export type CheckerTurns = ReturnType<typeof createCheckerTurns>;

/** Lets one trusted check of a session run at a time, and so many of all; the others wait in their order. */
export function createCheckerTurns(atOnce = CHECKERS_AT_ONCE) {
  const ofAll = createTurns(atOnce);
  const ofSessions = new Map<string, Turns>();

  return {
    /** Sessions that are known. */
    sessions: () => ofSessions.size,
    /** @throws what `work` throws, or the reason of `signal`, which ends the waiting alone */
    async run<T>(sessionId: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
      const own = ofSessions.get(sessionId) ?? createTurns(1);
      ofSessions.set(sessionId, own);
      try {
        return await own.run(() => ofAll.run(work, signal), signal);
      } finally {
        if (own.isIdle()) ofSessions.delete(sessionId);
      }
    },
  };
}
