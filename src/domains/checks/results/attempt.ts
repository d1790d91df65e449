import type { Actor } from '../../identity/actor.ts';
import type { Page, PageRequest } from '../../../core/paging.ts';
import type { CheckVerdict } from './check-verdict.ts';
import type { Finding } from './findings.ts';
import type { GivenAnswer } from '../given-answers.ts';
import type { RevealedHint } from '../hint.ts';

/** One run of all of a step's checks. */
export interface Attempt {
  id: string;
  sessionId: string | undefined;
  learnerId: string;
  labSlug: string;
  labVersion: string;
  stepId: string;
  state: 'running' | 'finished' | 'errored';
  passed: boolean;
  /** 0 to 1: the checks' score, minus the cost of earlier wrong answers and of seen hints. */
  score: number;
  /** For the learner: what is missing, what is right, or why the attempt could not be judged. */
  message: string;
  /** Code and details of the message; undefined if the lab's author wrote the message. */
  finding: Finding | undefined;
  /** One for each check of the step, in order; empty while the attempt runs, and if it was interrupted. */
  verdicts: CheckVerdict[];
  startedAt: Date;
  finishedAt: Date | undefined;
}

/** A learner's progress in one step of a lab, over all sessions. */
export interface StepProgress {
  stepId: string;
  attempts: number;
  passed: boolean;
  /** 0 to 1: the score of the best or the last attempt, as the lab specifies. */
  score: number;
  bestScore: number;
  /** Judged attempts that did not pass; hints may require some. */
  failures: number;
  /** Seen hints, in the order of the step. */
  hints: RevealedHint[];
  passedAt: Date | undefined;
}

/** A learner's progress in a lab: all steps in order, attempted or not. */
export interface LabProgress {
  learnerId: string;
  labSlug: string;
  steps: StepProgress[];
  /** Number of passed steps among those with checks, and number of those. */
  passed: number;
  total: number;
  /** Mean score of the steps with checks, 0 to 1; 0 without any. */
  score: number;
}

export interface CheckService {
  /**
   * Runs the step's checks and stores the attempt. Resolves when it has ended; if a check could not judge, the attempt
   * errored. Unanswered questions fail. A `poll` is sent by a client automatically: it does not count as activity, and
   * a failed poll is not counted, published or stored. Scripts get the learner's `language`, or the lab's default.
   * @throws SESSION_NOT_FOUND, SESSION_NOT_READY, STEP_NOT_FOUND, STEP_HAS_NO_CHECK, INPUT_INVALID (an answer without a
   * matching question, a poll of a step without polling, a poll with answers), CHECK_BUSY, RATE_LIMITED
   */
  run(
    actor: Actor | undefined,
    input: {
      sessionId: string;
      stepId: string;
      answers?: readonly GivenAnswer[];
      poll?: boolean;
      language?: string | undefined;
    },
  ): Promise<Attempt>;
  /** @throws NOT_FOUND */
  get(actor: Actor | undefined, attemptId: string): Promise<Attempt>;
  /** Lists attempts, newest first. */
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
  /**
   * Returns the progress of each (learner, lab) pair in the order asked, for batched loading.
   * @throws USER_NOT_FOUND if the actor may not see a learner
   */
  progress(
    actor: Actor | undefined,
    of: readonly { learnerId: string; lab: string }[],
  ): Promise<LabProgress[]>;
}
