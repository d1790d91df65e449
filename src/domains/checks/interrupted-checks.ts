import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import type { AttemptStore } from './results/attempt-store.ts';
import type { TellEnd } from './check-news.ts';
import { unjudgedStep } from './results/step-verdict.ts';

export type InterruptedChecks = ReturnType<typeof createInterruptedChecks>;

/** Ends the attempts of processes that died, and only those. */
export function createInterruptedChecks({
  attempts,
  clock,
  isGone,
  tell,
}: {
  attempts: AttemptStore;
  clock: Clock;
  /** Whether the process of that name is surely gone. */
  isGone: (owner: string) => boolean;
  tell: TellEnd;
}) {
  return {
    /** How many attempts were ended now: of all, or of one step of a session. */
    async end(of?: { sessionId: string; stepId: string }): Promise<number> {
      const now = clock.now();
      let ended = 0;
      for (const attempt of await attempts.running(of)) {
        if (attempt.heldUntil >= now && !isGone(attempt.heldBy)) continue;
        if (!(await attempts.interrupt(attempt, unjudgedStep(fault('CHECK_INTERRUPTED')), now))) continue;
        ended++;
        await tell(attempt);
      }
      return ended;
    },
  };
}
