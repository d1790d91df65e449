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
  /** 0 to 1: what the checks gave, less what wrong answers before cost, and hints that the learner was shown. */
  score: number;
  /** For the learner: what is missing, what is well, or why it could not be judged. */
  message: string;
  /** What the message says; undefined where its words are those of the lab's author. */
  finding: Finding | undefined;
  /** One for each check of the step, in its order; none while it runs, nor where the attempt itself was cut short. */
  verdicts: CheckVerdict[];
  startedAt: Date;
  finishedAt: Date | undefined;
}

/** What a learner has reached in one step of a lab, over all sessions. */
export interface StepProgress {
  stepId: string;
  attempts: number;
  passed: boolean;
  /** 0 to 1: that of the best attempt or of the last, as the lab has it. */
  score: number;
  bestScore: number;
  /** Attempts that were judged and did not pass: hints wait for them. */
  failures: number;
  /** Help that the learner was shown, in its order. */
  hints: RevealedHint[];
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
  /** Mean of the scores of the steps with a check, 0 to 1; 0 where there is none. */
  score: number;
}

export interface CheckService {
  /**
   * Runs the step's checks and stores the attempt; resolves when it has ended, with
   * an attempt that errored where a check could not judge. Questions without an answer are failed. One that a
   * client makes by itself is a `poll`: no use of the session, and where it does not pass no attempt, counted,
   * told or kept. Scripts find the learner's `language`, or the lab's that stands for it.
   * @throws SESSION_NOT_FOUND, SESSION_NOT_READY, STEP_NOT_FOUND, STEP_HAS_NO_CHECK, INPUT_INVALID (an answer that
   * fits no question, a poll of a step that has none, a poll with answers), CHECK_BUSY, RATE_LIMITED
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
