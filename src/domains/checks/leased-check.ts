import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { newLease, withLease, isAdoptable } from '../../infra/leases/lease.ts';
import type { Lease } from '../../infra/leases/lease.ts';
import type { Log } from '../../core/log.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { RunningMachine } from '../sessions/session.ts';
import type { Attempt } from './results/attempt.ts';
import type { AttemptStore } from './results/attempt-store.ts';
import type { CheckRunner } from './check-runner.ts';
import { runStep } from './step-run.ts';
import type { StepRun } from './step-run.ts';
import { unjudgedStep } from './results/step-verdict.ts';

export type LeasedCheck = ReturnType<typeof createLeasedCheck>;

interface LeasedCheckParts {
  runner: CheckRunner;
  attempts: AttemptStore;
  interrupted: InterruptedChecks;
  clock: Clock;
  log: Log;
  owner: string;
}

/**
 * Creates a runner that leases an attempt: over all processes, only one check of a step in a session runs at a time.
 */
export function createLeasedCheck(parts: LeasedCheckParts) {
  const { runner, attempts, interrupted, clock, log, owner } = parts;

  async function begin(machine: RunningMachine, stepId: string): Promise<string> {
    const { sessionId, learnerId, labSlug, labVersion, assignmentId = '', courseId = null, run } = machine;
    const startedAt = clock.now();
    const of = { sessionId, learnerId, labSlug, labVersion, assignmentId, courseId, run };
    const attempt = { id: newId(startedAt), ...of, stepId, startedAt };
    if (await attempts.begin(attempt, newLease(clock, owner))) return attempt.id;
    // The lease owner may be dead.
    const freed = (await interrupted.end({ sessionId, stepId })) > 0;
    if (freed && (await attempts.begin(attempt, newLease(clock, owner)))) return attempt.id;
    throw fault('CHECK_BUSY');
  }

  return {
    /**
     * Runs the step's checks and stores the result. If another process took this one for dead meanwhile, its stored
     * result is kept. An error without a code is stored as INTERNAL and thrown.
     * @throws CHECK_BUSY, NOT_FOUND if the learner was deleted meanwhile
     */
    async run(
      machine: RunningMachine,
      step: StepRun & { poll: boolean },
      signal: AbortSignal,
    ): Promise<Attempt> {
      const id = await begin(machine, step.step.id);
      const lease = {
        owner,
        renew: (next: Lease) => attempts.renew(id, next),
        clock,
        signal,
        onError: (error: unknown) =>
          log.warn({ err: error, attemptId: id }, 'lease on a running check not renewed'),
      };
      const { verdict, error } = await withLease(lease, (signal) => runStep(runner, step, signal)).then(
        (verdict) => ({ verdict, error: undefined }),
        (error: unknown) => ({ verdict: unjudgedStep(fault('INTERNAL')), error }),
      );
      const attempt = await attempts.finish(id, owner, verdict, clock.now(), {
        hintIds: step.step.hints.map(({ id }) => id),
        counts: !machine.isFork,
        poll: step.poll,
        step: step.step,
      });
      if (error !== undefined) throw error;
      if (!attempt) throw fault('NOT_FOUND', { thing: 'attempt' });
      return attempt;
    },
  };
}

/** Publishes that a check ended. */
export type PublishEnd = (attempt: {
  id: string;
  sessionId: string | undefined;
  learnerId: string;
  assignmentId?: string | undefined;
  courseId?: string | undefined;
}) => Promise<void>;

/**
 * Creates the publisher. Events are hints: if one is lost, clients read again later, and the result is stored anyway.
 */
export function createCheckEvents({
  events,
  log,
}: {
  events: Pick<EventBus, 'publish'>;
  log: Log;
}): PublishEnd {
  return async ({ id, sessionId, learnerId, assignmentId, courseId }) => {
    await events
      .publish('check.finished', { attemptId: id, sessionId, learnerId, assignmentId, courseId })
      .catch((error: unknown) =>
        log.warn({ err: error, attemptId: id }, 'publishing the end of a check failed'),
      );
  };
}

type InterruptedChecks = ReturnType<typeof createInterruptedChecks>;

/** Creates the recovery that ends the attempts of dead processes. */
export function createInterruptedChecks({
  attempts,
  clock,
  isGone,
  publishEnd,
}: {
  attempts: AttemptStore;
  clock: Clock;
  /** Returns whether the named process is known to be dead. */
  isGone: (owner: string) => boolean;
  publishEnd: PublishEnd;
}) {
  return {
    /** Ends the abandoned attempts of all steps, or of one step of a session. Returns how many. */
    async end(of?: { sessionId: string; stepId: string }): Promise<number> {
      const now = clock.now();
      let ended = 0;
      for (const attempt of await attempts.running(of)) {
        if (!isAdoptable(attempt.lease, now, isGone)) continue;
        if (!(await attempts.interrupt(attempt, unjudgedStep(fault('CHECK_INTERRUPTED')), now))) continue;
        ended++;
        await publishEnd(attempt);
      }
      return ended;
    },
  };
}
