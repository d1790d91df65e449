import type { Actor } from '../identity/actor.ts';

/** What applies to somebody who works on an assignment. */
export interface AssignmentTerms {
  /** When learners can start; undefined for at once. */
  opensAt: Date | undefined;
  /** After this, work is late; undefined for never. */
  dueAt: Date | undefined;
  /** After this, nothing counts; undefined for never. */
  closesAt: Date | undefined;
  /** Number of attempts; undefined for any number. */
  attempts: number | undefined;
  /** Minutes for an attempt; undefined for no limit. */
  timeLimitMinutes: number | undefined;
}

/** A lab that the learners of a course work on. */
export interface Assignment extends AssignmentTerms {
  id: string;
  courseId: string;
  labSlug: string;
  /** The pinned version of the lab; undefined for the latest one. */
  labVersion: string | undefined;
  /** Its own title; empty for the lab's. */
  title: string;
  /** Position in the course, from 0. */
  position: number;
  /** Whether learners see it. */
  visible: boolean;
  /** Whether learners see their grades. */
  gradesVisible: boolean;
  /** Points for a perfect result. */
  points: number;
  /** The attempt that is graded. */
  counts: 'best' | 'last';
  /** Percent of the points that each started day after the due date costs. */
  latePercentPerDay: number;
  /** Least percent of the points that lateness leaves. */
  lateFloorPercent: number;
  /** Minutes after the due date that do not count as late. */
  graceMinutes: number;
  createdAt: Date;
  updatedAt: Date;
}

/** What one member or one section has instead of the assignment's terms. Undefined keeps the assignment's. */
export interface AssignmentOverride {
  id: string;
  assignmentId: string;
  /** Exactly one of both is set. */
  memberId: string | undefined;
  sectionId: string | undefined;
  opensAt: Date | undefined;
  dueAt: Date | undefined;
  closesAt: Date | undefined;
  attempts: number | undefined;
  /** The time limit is multiplied by this, then extended by the extra minutes. */
  timeFactor: number | undefined;
  extraMinutes: number | undefined;
  createdById: string;
  createdAt: Date;
}

/** A changed value as text, dates in ISO 8601; undefined for none. */
export interface FieldChange {
  field: string;
  before?: string | undefined;
  after?: string | undefined;
}

/** An edit of an assignment by staff, or of its override for a member or a section. */
export interface AssignmentEdit {
  id: string;
  assignmentId: string;
  memberId: string | undefined;
  sectionId: string | undefined;
  changes: FieldChange[];
  byId: string;
  /** Why; may be empty. */
  reason: string;
  editedAt: Date;
}

/** A date as `readCourseTime` reads it; null for none. */
type WrittenDate = string | null | undefined;

/** Changes to an assignment; absent values stay, null removes a value. */
export interface AssignmentChange {
  title?: string | undefined;
  visible?: boolean | undefined;
  gradesVisible?: boolean | undefined;
  /** Whether the lab's present version is kept, or the latest one is used. */
  pinned?: boolean | undefined;
  opensAt?: WrittenDate;
  dueAt?: WrittenDate;
  closesAt?: WrittenDate;
  points?: number | undefined;
  attempts?: number | null | undefined;
  counts?: 'best' | 'last' | undefined;
  latePercentPerDay?: number | undefined;
  lateFloorPercent?: number | undefined;
  graceMinutes?: number | undefined;
  timeLimitMinutes?: number | null | undefined;
  /** New position in the course, from 0. Positions beyond the end move it to the end. */
  position?: number | undefined;
}

/** An override to set; absent values keep the assignment's. */
export interface OverrideInput {
  opensAt?: string | undefined;
  dueAt?: string | undefined;
  closesAt?: string | undefined;
  attempts?: number | undefined;
  timeFactor?: number | undefined;
  extraMinutes?: number | undefined;
}

/** Use cases of assignments. Instructors change them, assistants can give overrides, and learners see visible ones. */
export interface AssignmentService {
  /** Lists a course's assignments by position; hidden ones only for staff and observers. @throws COURSE_NOT_FOUND */
  list(actor: Actor | undefined, courseId: string): Promise<Assignment[]>;
  /** @throws ASSIGNMENT_NOT_FOUND */
  get(actor: Actor | undefined, id: string): Promise<Assignment>;
  /** Returns assignments by id, for batched loading: undefined for those that the actor may not see. */
  getMany(actor: Actor | undefined, ids: readonly string[]): Promise<(Assignment | undefined)[]>;
  /**
   * Adds a lab to a course, after its other assignments.
   * @throws COURSE_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, LAB_NOT_FOUND, INPUT_INVALID, DATES_INVALID
   */
  create(
    actor: Actor | undefined,
    courseId: string,
    lab: string,
    input: AssignmentChange,
  ): Promise<Assignment>;
  /** @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, INPUT_INVALID, DATES_INVALID */
  update(
    actor: Actor | undefined,
    id: string,
    change: AssignmentChange,
    /** For the history. */
    reason?: string,
  ): Promise<Assignment>;
  /** Returns what an assignment would be after a change, without changing it. @throws the errors of the change */
  preview(actor: Actor | undefined, id: string, change: AssignmentChange): Promise<Assignment>;
  /** Deletes an assignment with its overrides. Returns false if there is no such assignment. @throws ASSIGNMENT_HAS_WORK */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
  /**
   * Returns what applies to the actor in assignments, with their section's override and their own, for batched loading;
   * undefined for those that the actor may not see.
   */
  terms(actor: Actor | undefined, ids: readonly string[]): Promise<(AssignmentTerms | undefined)[]>;
  /** Lists the overrides of an assignment, oldest first. For staff and observers. */
  overrides(actor: Actor | undefined, id: string): Promise<AssignmentOverride[]>;
  /**
   * Sets or replaces the override of a member or a section of the course.
   * @throws ASSIGNMENT_NOT_FOUND, MEMBER_NOT_FOUND, SECTION_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, INPUT_INVALID,
   * DATES_INVALID
   */
  setOverride(
    actor: Actor | undefined,
    id: string,
    whose: { memberId: string } | { sectionId: string },
    input: OverrideInput,
    /** For the history. */
    reason?: string,
  ): Promise<AssignmentOverride>;
  /** Returns the override that `setOverride` would set, without setting it. @throws its errors */
  previewOverride(
    actor: Actor | undefined,
    id: string,
    whose: { memberId: string } | { sectionId: string },
    input: OverrideInput,
  ): Promise<AssignmentOverride>;
  /** Removes an override. Returns false if there is no such override. */
  removeOverride(actor: Actor | undefined, overrideId: string, reason?: string): Promise<boolean>;
  /** Lists the last 500 edits of an assignment and its overrides, newest first. For staff and observers. */
  edits(actor: Actor | undefined, id: string): Promise<AssignmentEdit[]>;
}
