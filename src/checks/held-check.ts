import type { Clock } from '../clock.ts';
import { fault } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Log } from '../log.ts';
import { rest } from '../rest.ts';
import type { RunningMachine } from '../sessions/session.ts';
import type { Attempt } from './attempt.ts';
import type { AttemptStore } from './attempt-store.ts';
import type { StepCheck } from './check-of.ts';
import type { CheckRunner } from './check-runner.ts';
import type { InterruptedChecks } from './interrupted-checks.ts';
import { unjudged } from './verdict.ts';

/** Until when a process may be believed to run a check that it has not renewed, in milliseconds. */
export const HOLD_MS = 15_000;

/** How often a process renews what it runs, in milliseconds: two renewals may fail before it is taken for dead. */
const RENEW_MS = 5_000;

export type HeldCheck = ReturnType<typeof createHeldCheck>;

export interface HeldCheckParts {
  runner: CheckRunner;
  attempts: AttemptStore;
  interrupted: InterruptedChecks;
  clock: Clock;
  logger: Log;
  owner: string;
}

/** Runs checks as attempts that this process holds: one of a step in a session at a time, over all processes. */
export function createHeldCheck(parts: HeldCheckParts) {
  const { runner, attempts, interrupted, clock, logger, owner } = parts;
  const hold = () => ({ owner, until: new Date(clock.now().getTime() + HOLD_MS) });

  async function begin(machine: RunningMachine, stepId: string): Promise<string> {
    const { sessionId, learnerId, labSlug, labVersion } = machine;
    const startedAt = clock.now();
    const attempt = { id: newId(startedAt), sessionId, learnerId, labSlug, labVersion, stepId, startedAt };
    if (await attempts.begin(attempt, hold())) return attempt.id;
    // Whoever holds the step may have died.
    const freed = (await interrupted.end({ sessionId, stepId })) > 0;
    if (freed && (await attempts.begin(attempt, hold()))) return attempt.id;
    throw fault('CHECK_BUSY');
  }

  async function keepHold(id: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      await rest(clock, RENEW_MS, signal);
      if (signal.aborted) return;
      await attempts.renew(id, hold()).catch((error: unknown) => {
        logger.warn({ err: error, attemptId: id }, 'The hold on a running check was not renewed');
      });
    }
  }

  return {
    /**
     * Runs the check and stores how it ended. What has no code of the catalogue is stored as
     * INTERNAL and thrown. @throws CHECK_BUSY, NOT_FOUND when the learner was deleted meanwhile
     */
    async run(machine: RunningMachine, step: StepCheck, signal: AbortSignal): Promise<Attempt> {
      const id = await begin(machine, step.id);
      const ended = new AbortController();
      const holding = keepHold(id, ended.signal);
      const { verdict, error } = await runner
        .run(machine.machineId, step.check, step.environment, signal)
        .then(
          (verdict) => ({ verdict, error: undefined }),
          (error: unknown) => ({ verdict: unjudged(fault('INTERNAL')), error }),
        );
      ended.abort();
      await holding;
      const attempt = await attempts.finish(id, owner, verdict, clock.now(), { counts: !machine.isFork });
      if (error !== undefined) throw error;
      if (!attempt) throw fault('NOT_FOUND', { thing: 'attempt' });
      return attempt;
    },
  };
}
