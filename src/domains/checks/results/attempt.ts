import type { CheckVerdict } from './check-verdict.ts';
import type { Finding } from './findings.ts';
import type { RevealedHint } from '../hint.ts';

/** One run of all of a step's checks. */
export interface Attempt {
  id: string;
  sessionId: string | undefined;
  learnerId: string;
  labSlug: string;
  labVersion: string;
  stepId: string;
  /** The assignment that it counts for; undefined for self-study. */
  assignmentId: string | undefined;
  /** The course of that assignment. */
  courseId: string | undefined;
  /** Number of the learner's attempt at the assignment, from 1; 0 in self-study, and for staff, who only try it. */
  run: number;
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

/** The result of a judged attempt, as grades need it. */
export interface JudgedAttempt {
  stepId: string;
  /** Number of the learner's attempt at the assignment, from 1. */
  run: number;
  /** 0 to 1, as in the attempt. */
  score: number;
  /** What seen hints cost, 0 to 1; more than the checks' score if that was lower. */
  hintCost: number;
  startedAt: Date;
  checks: Pick<CheckVerdict, 'checkId' | 'weight' | 'score'>[];
}

/** A learner's progress in one step of a lab, over all sessions of self-study or of an assignment. */
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
