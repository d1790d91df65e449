import type { Actor } from '../identity/actor.ts';
import type { CourseMember } from '../courses/member.ts';

/** The quartiles of a figure over learners. */
export interface Quartiles {
  lower: number;
  median: number;
  upper: number;
}

/** Something that the checks of a step often found wrong. */
export interface CommonFinding {
  checkId: string;
  /** One of the messages that learners got. */
  message: string;
  /** Code of the message, if Berth wrote it. */
  code: string | undefined;
  learners: number;
  attempts: number;
}

/** How the learners of a course did in a step. */
export interface StepInsight {
  stepId: string;
  /** Number of learners who have tried it. */
  tried: number;
  /** Number of learners who have passed it. */
  passed: number;
  /** Attempts until they passed, the passing one included; undefined if nobody has. */
  attempts: Quartiles | undefined;
  /**
   * Minutes until they passed, since they passed another step before or, in the first one, since they started the
   * assignment; undefined if nobody has.
   */
  minutes: Quartiles | undefined;
  /** The most common first. */
  findings: CommonFinding[];
}

/** Why a learner may need help. */
export type StuckReason = 'failures' | 'no_progress';

/** A learner who may need help. */
export interface StuckLearner {
  member: CourseMember;
  /** The step at which they are. */
  stepId: string;
  reasons: StuckReason[];
  /** Failed attempts at that step. */
  failures: number;
  /** When they last passed a step, or else started; with a running session, not before it was ready. */
  since: Date;
}

/** What staff and observers of a course can learn from its work. */
export interface InsightService {
  /** Returns the steps of an assignment in order. @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN */
  steps(actor: Actor | undefined, assignmentId: string): Promise<StepInsight[]>;
  /**
   * Returns the active learners, or those in a section, who have failed a step `failures` times without passing it, or
   * who have worked for `minutes` without passing one; most failures first.
   * @throws ASSIGNMENT_NOT_FOUND, SECTION_NOT_FOUND, FORBIDDEN, INPUT_INVALID
   */
  stuck(
    actor: Actor | undefined,
    assignmentId: string,
    limits: { failures: number; minutes: number; sectionId?: string | undefined },
  ): Promise<StuckLearner[]>;
}
