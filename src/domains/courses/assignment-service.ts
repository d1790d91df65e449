import type { Clock } from '../../core/clock.ts';
import { fault, isFault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { requireActor } from '../identity/actor.ts';
import type { Actor } from '../identity/actor.ts';
import type { CourseAction } from '../identity/policy.ts';
import type { AssignmentStore } from './assignment-store.ts';
import { effectiveTerms, requireDates, requireNumbers, requireOverrideNumbers } from './assignment-terms.ts';
import type { Assignment, AssignmentChange, AssignmentOverride, AssignmentService } from './assignment.ts';
import type { CourseAccess } from './course-access.ts';
import { readLine } from './course-input.ts';
import type { CourseStore } from './course-store.ts';
import { readCourseTime } from './course-time.ts';
import type { Course } from './course.ts';
import type { MemberStore } from './member-store.ts';

/** Most assignments of a course. */
export const ASSIGNMENT_LIMIT = 500;
/** Points of an assignment that sets none. */
const POINTS = 100;

export interface AssignmentServiceOptions {
  assignments: AssignmentStore;
  courses: CourseStore;
  members: MemberStore;
  access: CourseAccess;
  /** Returns the present version of a lab. @throws LAB_NOT_FOUND */
  versionOf: (lab: string) => string;
  clock: Clock;
}

export function createAssignmentService(options: AssignmentServiceOptions): AssignmentService {
  const { assignments, courses, members, access, versionOf, clock } = options;

  /** Authorises an action on an assignment, of which somebody who may not see it must not learn. */
  async function require(actor: Actor | undefined, action: CourseAction, id: string) {
    requireActor(actor, { scope: /\.(read|inspect)$/.test(action) ? 'read' : 'manage' });
    const assignment = await assignments.find(id);
    if (!assignment) throw fault('ASSIGNMENT_NOT_FOUND');
    const granted = await access.require(actor, action, assignment.courseId).catch((error: unknown) => {
      throw isFault(error, 'COURSE_NOT_FOUND') ? fault('ASSIGNMENT_NOT_FOUND') : error;
    });
    if (!assignment.visible && !granted.may('assignments.inspect')) throw fault('ASSIGNMENT_NOT_FOUND');
    return { assignment, ...granted };
  }

  /** Returns the id of the member or the section, which must be of the course. */
  async function requireSubject(courseId: string, whose: { memberId: string } | { sectionId: string }) {
    if ('memberId' in whose) {
      if ((await members.find(whose.memberId))?.courseId !== courseId) throw fault('MEMBER_NOT_FOUND');
      return { memberId: whose.memberId, sectionId: undefined };
    }
    if ((await courses.findSection(whose.sectionId))?.courseId !== courseId) throw fault('SECTION_NOT_FOUND');
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
    keep ? (labVersion ?? versionOf(labSlug)) : undefined;

  return {
    async list(actor, courseId) {
      const { may } = await access.require(actor, 'assignments.read', courseId);
      const all = await assignments.list(courseId);
      return may('assignments.inspect') ? all : all.filter(({ visible }) => visible);
    },

    get: async (actor, id) => (await require(actor, 'assignments.read', id)).assignment,

    async create(actor, courseId, lab, input) {
      const { course } = await access.require(actor, 'assignments.change', courseId);
      versionOf(lab);
      const plain = newAssignment(courseId, lab, clock.now());
      const [created] = await assignments.append(courseId, [changed(plain, input, course)], ASSIGNMENT_LIMIT);
      const { position } = input;
      if (!created || position === undefined) return created ?? plain;
      return await assignments.update(created.id, readPosition(position), (present) => present);
    },

    async update(actor, id, change) {
      const { course } = await require(actor, 'assignments.change', id);
      const position = change.position === undefined ? undefined : readPosition(change.position);
      return await assignments.update(id, position, (present) => changed(present, change, course));
    },

    async delete(actor, id) {
      try {
        await require(actor, 'assignments.change', id);
      } catch (error) {
        if (isFault(error, 'ASSIGNMENT_NOT_FOUND')) return false;
        throw error;
      }
      return await assignments.delete(id);
    },

    async terms(actor, id) {
      const granted = await require(actor, 'assignments.read', id);
      const member = await courses.membership(granted.assignment.courseId, granted.actor.userId);
      const overrides = await assignments.overrides(id);
      return effectiveTerms(granted.assignment, {
        member: overrides.find(({ memberId }) => memberId !== undefined && memberId === member?.id),
        section: overrides.find(
          ({ sectionId }) => sectionId !== undefined && sectionId === member?.sectionId,
        ),
      });
    },

    async overrides(actor, id) {
      await require(actor, 'assignments.inspect', id);
      return await assignments.overrides(id);
    },

    async setOverride(actor, id, whose, input) {
      const granted = await require(actor, 'overrides.change', id);
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
      // Only what the override itself sets must fit: a later due date also moves the end.
      requireDates(override);
      if (override.dueAt && assignment.opensAt && !override.opensAt)
        requireDates({ opensAt: assignment.opensAt, dueAt: override.dueAt, closesAt: undefined });
      return await assignments.putOverride(override);
    },

    async removeOverride(actor, overrideId) {
      requireActor(actor, { scope: 'manage' });
      const override = await assignments.findOverride(overrideId);
      if (!override) return false;
      try {
        await require(actor, 'overrides.change', override.assignmentId);
      } catch (error) {
        if (isFault(error, 'ASSIGNMENT_NOT_FOUND')) return false;
        throw error;
      }
      return await assignments.deleteOverride(overrideId);
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
