import type { Clock } from '../../core/clock.ts';
import { fault, isFault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import type { Lab } from '../labs/lab.ts';
import type { AssignmentAccess } from './assignment-access.ts';
import type { AssignmentLookup } from './assignment-rules.ts';
import type { AssignmentStore } from './assignment-store.ts';
import {
  effectiveTerms,
  requireDates,
  requireNumbers,
  requireOverrideDates,
  requireOverrideNumbers,
} from './assignment-terms.ts';
import type {
  Assignment,
  AssignmentChange,
  AssignmentOverride,
  AssignmentService,
  AssignmentTerms,
} from './assignment.ts';
import type { CourseAccess } from './course-access.ts';
import { readLine, readReason } from './course-input.ts';
import type { CourseStore } from './course-store.ts';
import { readCourseTime } from './course-time.ts';
import type { Course } from './course.ts';
import type { MemberStore } from './member-store.ts';

/** Maximum number of assignments of a course. */
export const ASSIGNMENT_LIMIT = 500;
/** Points of an assignment that sets none. */
const POINTS = 100;

export interface AssignmentServiceOptions {
  assignments: AssignmentStore;
  courses: CourseStore;
  members: MemberStore;
  access: CourseAccess;
  assignmentAccess: AssignmentAccess;
  lookUp: AssignmentLookup;
  /** Returns a lab in a version, or in its present one. @throws LAB_NOT_FOUND, LAB_INVALID */
  labOf: (lab: string, version?: string) => Pick<Lab, 'version'>;
  /** Called when what applies to the members of a course has changed. */
  onChanged: (courseId: string) => void;
  clock: Clock;
}

export function createAssignmentService(options: AssignmentServiceOptions): AssignmentService {
  const { assignments, courses, members, access, lookUp, labOf, onChanged, clock } = options;
  const requireAssignment = options.assignmentAccess;

  /** Refuses a change of an assignment's dates that its overrides do not fit. @throws DATES_INVALID */
  async function requireFittingOverrides(next: Assignment): Promise<void> {
    for (const override of await assignments.overrides(next.id)) {
      try {
        requireOverrideDates(next, override);
      } catch (error) {
        if (!isFault(error, 'DATES_INVALID')) throw error;
        const problem = `they do not fit an override, by which ${String(error.details['problem'])}`;
        throw fault('DATES_INVALID', { problem });
      }
    }
  }

  /** Returns what the override of a member inherits: the terms of their section. */
  async function inheritedBy(assignment: Assignment, memberId: string | undefined): Promise<AssignmentTerms> {
    const sectionId = memberId === undefined ? undefined : (await members.find(memberId))?.sectionId;
    if (sectionId === undefined) return assignment;
    const [section] = await assignments.overridesOf([assignment.id], {
      memberIds: [],
      sectionIds: [sectionId],
    });
    return effectiveTerms(assignment, { section });
  }

  /** Returns the id of the member or the section, which must be of the course. */
  async function requireSubject(courseId: string, whose: { memberId: string } | { sectionId: string }) {
    if ('memberId' in whose) {
      if ((await members.find(whose.memberId))?.courseId !== courseId) throw fault('MEMBER_NOT_FOUND');
      return { memberId: whose.memberId, sectionId: undefined };
    }
    await courses.requireSection(courseId, whose.sectionId);
    return { memberId: undefined, sectionId: whose.sectionId };
  }

  function changed(present: Assignment, change: AssignmentChange, { timeZone }: Course): Assignment {
    const date = (written: string | null | undefined, before: Date | undefined) =>
      written === undefined ? before : written === null ? undefined : readCourseTime(written, timeZone);
    const next: Assignment = {
      ...present,
      title: change.title === undefined ? present.title : readLine('A title', change.title),
      labVersion: change.pinned === undefined ? present.labVersion : pinned(present, change.pinned),
      visible: change.visible ?? present.visible,
      gradesVisible: change.gradesVisible ?? present.gradesVisible,
      opensAt: date(change.opensAt, present.opensAt),
      dueAt: date(change.dueAt, present.dueAt),
      closesAt: date(change.closesAt, present.closesAt),
      points: change.points ?? present.points,
      attempts: replaced(change.attempts, present.attempts),
      counts: change.counts ?? present.counts,
      latePercentPerDay: change.latePercentPerDay ?? present.latePercentPerDay,
      lateFloorPercent: change.lateFloorPercent ?? present.lateFloorPercent,
      graceMinutes: change.graceMinutes ?? present.graceMinutes,
      timeLimitMinutes: replaced(change.timeLimitMinutes, present.timeLimitMinutes),
      updatedAt: clock.now(),
    };
    requireNumbers(next);
    requireDates(next);
    return next;
  }

  const pinned = ({ labSlug, labVersion }: Assignment, keep: boolean) =>
    keep ? (labVersion ?? labOf(labSlug).version) : undefined;

  /** Authorises and checks an override, without setting it. */
  async function planOverride(
    ...[actor, id, whose, input]: Parameters<AssignmentService['previewOverride']>
  ) {
    const granted = await requireAssignment(actor, 'overrides.change', id);
    const { assignment, course } = granted;
    const subject = await requireSubject(course.id, whose);
    const date = (written: string | undefined) =>
      written === undefined ? undefined : readCourseTime(written, course.timeZone);
    const now = clock.now();
    const override: AssignmentOverride = {
      id: newId(now),
      assignmentId: id,
      ...subject,
      opensAt: date(input.opensAt),
      dueAt: date(input.dueAt),
      closesAt: date(input.closesAt),
      attempts: input.attempts,
      timeFactor: input.timeFactor,
      extraMinutes: input.extraMinutes,
      createdById: granted.actor.userId,
      createdAt: now,
    };
    requireOverrideNumbers(override);
    requireOverrideDates(await inheritedBy(assignment, subject.memberId), override);
    return { override, courseId: course.id, editor: granted.actor };
  }

  const editBy = ({ userId }: Actor, reason: string) => ({
    byId: userId,
    reason: readReason(reason),
    at: clock.now(),
  });

  return {
    async list(actor, courseId) {
      const { may } = await access.require(actor, 'assignments.read', courseId);
      const all = await assignments.list(courseId);
      return may('assignments.inspect') ? all : all.filter(({ visible }) => visible);
    },

    get: async (actor, id) => (await requireAssignment(actor, 'assignments.read', id)).assignment,

    async getMany(actor, ids) {
      requireActor(actor, { scope: 'read' });
      return (await lookUp(actor, ids)).map((known) => known?.assignment);
    },

    async create(actor, courseId, lab, input) {
      const { course } = await access.require(actor, 'assignments.change', courseId);
      labOf(lab);
      const position = input.position === undefined ? undefined : readPosition(input.position);
      const assignment = changed(newAssignment(courseId, lab, clock.now()), input, course);
      return await assignments.insert(assignment, position, ASSIGNMENT_LIMIT);
    },

    async update(actor, id, change, reason = '') {
      const { actor: editor, assignment, course } = await requireAssignment(actor, 'assignments.change', id);
      const position = change.position === undefined ? undefined : readPosition(change.position);
      await requireFittingOverrides(changed(assignment, change, course));
      const by = editBy(editor, reason);
      const updated = await assignments.update(
        id,
        position,
        (present) => changed(present, change, course),
        by,
      );
      onChanged(course.id);
      return updated;
    },

    async preview(actor, id, change) {
      const { assignment, course } = await requireAssignment(actor, 'assignments.change', id);
      const next = changed(assignment, change, course);
      await requireFittingOverrides(next);
      return next;
    },

    async delete(actor, id) {
      try {
        await requireAssignment(actor, 'assignments.change', id);
      } catch (error) {
        if (isFault(error, 'ASSIGNMENT_NOT_FOUND')) return false;
        throw error;
      }
      return await assignments.delete(id);
    },

    async terms(actor, ids) {
      requireActor(actor, { scope: 'read' });
      return (await lookUp(actor, ids)).map((known) => known?.terms);
    },

    async overrides(actor, id) {
      await requireAssignment(actor, 'assignments.inspect', id);
      return await assignments.overrides(id);
    },

    async setOverride(actor, id, whose, input, reason = '') {
      const { override, courseId, editor } = await planOverride(actor, id, whose, input);
      const put = await assignments.putOverride(override, editBy(editor, reason));
      onChanged(courseId);
      return put;
    },

    previewOverride: async (...asked) => (await planOverride(...asked)).override,

    async removeOverride(actor, overrideId, reason = '') {
      requireActor(actor, { scope: 'manage' });
      const by = editBy(actor, reason);
      const override = await assignments.findOverride(overrideId);
      if (!override) return false;
      const assignment = await assignments.find(override.assignmentId);
      if (!assignment) return false;
      const { courseId } = assignment;
      try {
        const { may, demand } = await access.enter(actor, 'overrides.change', courseId);
        // For learners, overrides do not exist.
        if (!may('assignments.inspect')) return false;
        demand('overrides.change');
      } catch (error) {
        if (isFault(error, 'COURSE_NOT_FOUND')) return false;
        throw error;
      }
      const removed = await assignments.deleteOverride(overrideId, by);
      onChanged(courseId);
      return removed;
    },

    async edits(actor, id) {
      await requireAssignment(actor, 'assignments.inspect', id);
      return await assignments.edits(id);
    },
  };
}

/** Returns the value after a change: null removes it, and undefined keeps it. */
function replaced<T>(given: T | null | undefined, before: T | undefined): T | undefined {
  return given === undefined ? before : (given ?? undefined);
}

/** Returns an assignment of a lab with the default terms. */
export function newAssignment(courseId: string, labSlug: string, now: Date): Assignment {
  return {
    id: newId(now),
    courseId,
    labSlug,
    labVersion: undefined,
    title: '',
    position: 0,
    visible: true,
    gradesVisible: true,
    opensAt: undefined,
    dueAt: undefined,
    closesAt: undefined,
    points: POINTS,
    attempts: undefined,
    counts: 'best',
    latePercentPerDay: 0,
    lateFloorPercent: 0,
    graceMinutes: 0,
    timeLimitMinutes: undefined,
    createdAt: now,
    updatedAt: now,
  };
}

function readPosition(position: number): number {
  if (Number.isInteger(position) && position >= 0) return Math.min(position, ASSIGNMENT_LIMIT);
  throw fault('INPUT_INVALID', { problem: `"position" is ${position}, but must be a whole number from 0.` });
}
