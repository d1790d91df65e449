import type { Actor } from '../identity/actor.ts';
import type { FaultCode } from '../errors.ts';
import type { Page, PageRequest } from '../page.ts';

/** One run of a step's check. */
export interface Attempt {
  id: string;
  sessionId: string | undefined;
  learnerId: string;
  labSlug: string;
  stepId: string;
  state: 'running' | 'finished' | 'errored';
  passed: boolean;
  /** 0 to 1. */
  score: number;
  /** For the learner: what the script said last, or why it could not be judged. */
  message: string;
  /** What the script printed, cut to the limit; empty once twenty newer attempts of the step are stored. */
  output: string;
  exitCode: number | undefined;
  /** Why it errored: the check timed out, printed too much, could not start. */
  reasonCode: FaultCode | undefined;
  startedAt: Date;
  finishedAt: Date | undefined;
}

/** What a learner has reached in one step of a lab, over all sessions. */
export interface StepProgress {
  stepId: string;
  attempts: number;
  passed: boolean;
  bestScore: number;
  passedAt: Date | undefined;
}

/** What a learner has reached in a lab: every step of the lab in order, tried or not. */
export interface LabProgress {
  learnerId: string;
  labSlug: string;
  steps: StepProgress[];
  /** Steps with a check that are passed, and how many there are. */
  passed: number;
  total: number;
}

export interface CheckService {
  /**
   * Runs the step's check in its machine and stores the attempt; resolves when it has ended, with
   * an attempt that errored where the check itself could not be judged.
   * @throws SESSION_NOT_FOUND, SESSION_NOT_READY, STEP_NOT_FOUND, STEP_HAS_NO_CHECK, CHECK_BUSY, RATE_LIMITED
   */
  run(actor: Actor | undefined, input: { sessionId: string; stepId: string }): Promise<Attempt>;
  /** @throws NOT_FOUND */
  get(actor: Actor | undefined, attemptId: string): Promise<Attempt>;
  /** Newest first. */
  listAttempts(
    actor: Actor | undefined,
    filter: {
      sessionId?: string | undefined;
      learnerId?: string | undefined;
      lab?: string | undefined;
      step?: string | undefined;
    },
    page: PageRequest,
  ): Promise<Page<Attempt>>;
  /** Progress of each (learner, lab) asked for, in that order; for batched loading. @throws USER_NOT_FOUND where the actor may not see a learner */
  progress(
    actor: Actor | undefined,
    of: readonly { learnerId: string; lab: string }[],
  ): Promise<LabProgress[]>;
}
