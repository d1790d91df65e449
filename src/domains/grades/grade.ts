import type { Page } from '../../core/paging.ts';
import type { Assignment, AssignmentChange, OverrideInput } from '../courses/assignment.ts';
import type { CourseMember, SectionPageRequest } from '../courses/member.ts';
import type { Actor } from '../identity/actor.ts';

/** A step's contribution to a grade. */
export interface GradedStep {
  stepId: string;
  /** Number of the attempt at the assignment whose result counts; undefined without a result. */
  run: number | undefined;
  /** Its score, 0 to 1, with the costs of hints and wrong answers. */
  score: number;
  /** Started days after the due date; 0 if it was in time. */
  lateDays: number;
  /** The score after the reduction for lateness, 0 to 1. */
  counted: number;
  /** When the counting check of the step started. */
  at: Date | undefined;
}

/** A learner's grade in an assignment. */
export interface Grade {
  assignmentId: string;
  learnerId: string;
  /** The points that count: the given ones, or those of the work; undefined without any. */
  points: number | undefined;
  /** Points of the work, rounded to 0.01; undefined without any work. */
  workPoints: number | undefined;
  /** Points for a perfect result. */
  possible: number;
  /** The steps with checks, in the lab's order. The points of the work are their mean. */
  steps: GradedStep[];
  /** Points that staff gave instead of those of the work. */
  given: { points: number; reason: string; byId: string } | undefined;
  updatedAt: Date;
}

/** A change of a grade. */
export interface GradeChange {
  /**
   * A judged check, changed terms or another version of the lab, a move into or out of a section, points given by
   * staff, or their withdrawal.
   */
  cause: 'work' | 'terms' | 'section' | 'given' | 'withdrawn';
  /** The user who changed it; undefined for Berth. */
  byId: string | undefined;
  reason: string;
  /** Points before and after. */
  before: number | undefined;
  after: number | undefined;
  changedAt: Date;
}

/** A learner's line in a gradebook. */
export interface GradebookRow {
  member: CourseMember;
  /** One for each assignment of the gradebook, in order; undefined without a grade. */
  grades: (Grade | undefined)[];
  /** Sum of the points, rounded to 0.01. */
  total: number;
}

/** Effect of a change of an assignment on a learner's points. */
export interface GradePreview {
  learnerId: string;
  before: number | undefined;
  after: number | undefined;
}

/**
 * Use cases of grades. The staff and observers of a course see all grades; learners see their own, unless these are
 * hidden.
 */
export interface GradeService {
  /**
   * Returns a page of learners, or of those in a section, with their grades, and the assignments of the columns.
   * Inactive learners are included. A page has at most about 5,000 grades.
   * @throws COURSE_NOT_FOUND, SECTION_NOT_FOUND, FORBIDDEN
   */
  gradebook(
    actor: Actor | undefined,
    courseId: string,
    page: SectionPageRequest,
  ): Promise<{ assignments: Assignment[]; rows: Page<GradebookRow> }>;
  /** Returns the actor's own grades, for batched loading; undefined without one, and while grades are hidden. */
  mine(actor: Actor | undefined, assignmentIds: readonly string[]): Promise<(Grade | undefined)[]>;
  /** Returns a learner's grade; undefined without one. @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN */
  get(actor: Actor | undefined, assignmentId: string, learnerId: string): Promise<Grade | undefined>;
  /**
   * Lists the changes of a learner's grade, oldest first. Learners see them for their grades, unless
   * these are hidden.
   * @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN
   */
  changes(actor: Actor | undefined, assignmentId: string, learnerId: string): Promise<GradeChange[]>;
  /**
   * Gives a learner points instead of those of the work.
   * @throws ASSIGNMENT_NOT_FOUND, MEMBER_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, INPUT_INVALID
   */
  give(
    actor: Actor | undefined,
    assignmentId: string,
    memberId: string,
    input: { points: number; reason: string },
  ): Promise<Grade>;
  /** Withdraws given points, so that those of the work count. Returns the grade; undefined if there is no work. */
  withdraw(
    actor: Actor | undefined,
    assignmentId: string,
    memberId: string,
    reason: string,
  ): Promise<Grade | undefined>;
  /**
   * Returns the grades that a change of an assignment would change, without changing anything.
   * @throws the errors of the change
   */
  preview(actor: Actor | undefined, assignmentId: string, change: AssignmentChange): Promise<GradePreview[]>;
  /** Returns the grades that an override would change, without setting it. @throws the errors of setting it */
  previewOverride(
    actor: Actor | undefined,
    assignmentId: string,
    whose: { memberId: string } | { sectionId: string },
    input: OverrideInput,
  ): Promise<GradePreview[]>;
}

/** Rounding error of binary sums: 2.675 must round up. */
const ROUNDING = 1e-9;

/** Returns points rounded to 0.01. */
export function roundPoints(points: number): number {
  return Math.round((points + ROUNDING) * 100) / 100;
}
