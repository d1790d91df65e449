import { fault } from '../../../../src/core/errors.ts';
import type { GraphqlServices } from '../../../../src/api/graphql/services.ts';
import type {
  Assignment,
  AssignmentEdit,
  AssignmentOverride,
} from '../../../../src/domains/courses/assignment.ts';
import type { Course } from '../../../../src/domains/courses/course.ts';
import type { CourseInvitation } from '../../../../src/domains/courses/invitation.ts';
import type { CourseMember } from '../../../../src/domains/courses/member.ts';
import { requireActor } from '../../../../src/domains/identity/actor.ts';
import { pageOf } from './page-of.ts';
import { at, lab } from './world.ts';
import type { World } from './world.ts';

export const course: Course = {
  id: 'course-1',
  title: 'Docker 101',
  code: 'CS101',
  term: 'Spring 2030',
  timeZone: 'Asia/Seoul',
  state: 'open',
  collection: 'docker',
  recorded: true,
  createdById: 'instructor',
  createdAt: at,
  updatedAt: at,
};

const section = { id: 'section-1', courseId: course.id, name: 'A' };

export const member: CourseMember = {
  id: 'member-1',
  courseId: course.id,
  userId: 'owner',
  role: 'learner',
  sectionId: section.id,
  active: true,
  source: 'csv',
  createdAt: at,
};

const invitation: CourseInvitation = {
  id: 'invitation-1',
  courseId: course.id,
  role: 'learner',
  sectionId: section.id,
  seats: 30,
  used: 1,
  emailDomain: 'example.org',
  createdById: 'instructor',
  createdAt: at,
  expiresAt: at,
  revokedAt: undefined,
};

export const assignment: Assignment = {
  id: 'assignment-1',
  courseId: course.id,
  labSlug: lab.slug,
  labVersion: undefined,
  title: '',
  position: 0,
  visible: true,
  gradesVisible: true,
  opensAt: undefined,
  dueAt: at,
  closesAt: undefined,
  points: 100,
  attempts: 3,
  counts: 'best',
  latePercentPerDay: 10,
  lateFloorPercent: 50,
  graceMinutes: 15,
  timeLimitMinutes: undefined,
  createdAt: at,
  updatedAt: at,
};

const edit: AssignmentEdit = {
  id: 'edit-1',
  assignmentId: assignment.id,
  memberId: member.id,
  sectionId: undefined,
  changes: [{ field: 'attempts', after: '3' }],
  byId: 'instructor',
  reason: 'Ill',
  editedAt: at,
};

const override: AssignmentOverride = {
  id: 'override-1',
  assignmentId: assignment.id,
  memberId: member.id,
  sectionId: undefined,
  opensAt: undefined,
  dueAt: at,
  closesAt: undefined,
  attempts: 5,
  timeFactor: 1.5,
  extraMinutes: 10,
  createdById: 'instructor',
  createdAt: at,
};

/** One course with one section, one member and one invitation. */
export function createCourseServices({
  users,
}: Pick<World, 'users'>): Pick<GraphqlServices, 'courses' | 'assignments' | 'members' | 'invitations'> {
  const found = (id: string) => {
    if (id !== course.id) throw fault('COURSE_NOT_FOUND');
    return course;
  };
  return {
    courses: {
      async create(actor, { state = 'draft', ...input }) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...course, ...withoutAbsent(input), state };
      },
      async copy(actor, id, { title = '' }) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...found(id), title, state: 'draft' };
      },
      async get(actor, id) {
        requireActor(actor, { scope: 'read' });
        return found(id);
      },
      async getMany(actor, ids) {
        requireActor(actor, { scope: 'read' });
        return ids.map((id) => (id === course.id ? course : undefined));
      },
      async list(actor, _, page) {
        requireActor(actor, { scope: 'read' });
        return pageOf([course], page);
      },
      async roles(actor, ids) {
        requireActor(actor, { scope: 'read' });
        return ids.map((id) => (id === course.id && actor.userId === 'owner' ? 'learner' : undefined));
      },
      async update(actor, id, change) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...found(id), ...withoutAbsent(change) };
      },
      async delete(actor, id) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return id === course.id;
      },
      async sections(actor) {
        requireActor(actor, { scope: 'read' });
        return [section];
      },
      async createSection(actor, courseId, name) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...section, courseId: found(courseId).id, name };
      },
      async renameSection(actor, id, name) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...section, id, name };
      },
      async deleteSection(actor, id) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return id === section.id;
      },
    },
    assignments: {
      async list(actor) {
        requireActor(actor, { scope: 'read' });
        return [assignment];
      },
      async get(actor, id) {
        requireActor(actor, { scope: 'read' });
        if (id !== assignment.id) throw fault('ASSIGNMENT_NOT_FOUND');
        return assignment;
      },
      async getMany(actor, ids) {
        requireActor(actor, { scope: 'read' });
        return ids.map((id) => (id === assignment.id ? assignment : undefined));
      },
      async create(actor, courseId, labSlug, { title = '', points = 100 }) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...assignment, courseId: found(courseId).id, labSlug, title, points };
      },
      async update(actor, id, { dueAt, points = 100, timeLimitMinutes }, reason = '') {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        const due = typeof dueAt === 'string' ? new Date(dueAt) : undefined;
        return {
          ...assignment,
          id,
          title: reason,
          dueAt: due,
          points,
          timeLimitMinutes: timeLimitMinutes ?? undefined,
        };
      },
      async preview(actor, id) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...assignment, id };
      },
      async delete(actor, id) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return id === assignment.id;
      },
      async terms(actor, ids) {
        requireActor(actor, { scope: 'read' });
        return ids.map((id) => (id === assignment.id ? { ...assignment, attempts: 5 } : undefined));
      },
      async overrides(actor) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return [override];
      },
      async edits(actor) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return [edit];
      },
      async setOverride(actor, _, whose, { attempts, timeFactor }) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...override, memberId: undefined, ...whose, attempts, timeFactor };
      },
      async previewOverride(actor, _, whose, { attempts, timeFactor }) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...override, memberId: undefined, ...whose, attempts, timeFactor };
      },
      async removeOverride(actor, id) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return id === override.id;
      },
    },
    members: {
      async list(actor, _, filter, page) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return pageOf(filter.role === undefined || filter.role === member.role ? [member] : [], page);
      },
      async add(actor, courseId, input) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return { ...member, ...withoutAbsent(input), courseId: found(courseId).id };
      },
      async update(actor, id, { sectionId, ...change }) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        const moved = sectionId === undefined ? {} : { sectionId: sectionId ?? undefined };
        return { ...member, id, ...moved, ...withoutAbsent(change) };
      },
      async remove(actor, id) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return id === member.id;
      },
      async users(actor, of) {
        requireActor(actor, { scope: 'read' });
        return of.map(({ userId }) => users.get(userId));
      },
      async importRoster(actor, courseId, readCsv, { preview = false } = {}) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        found(courseId);
        const message = `${(await readCsv()).toString()} ${preview ? 'previewed' : 'imported'}`;
        return { created: 1, updated: 2, unchanged: 3, errors: [{ line: 4, message }] };
      },
    },
    invitations: {
      async create(actor, courseId, input) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return {
          invitation: { ...invitation, ...input, courseId: found(courseId).id },
          secret: 'join-secret',
        };
      },
      async list(actor) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return [invitation];
      },
      async revoke(actor, id) {
        requireActor(actor, { scope: 'manage', role: 'instructor' });
        return id === invitation.id;
      },
      async join(actor, secret) {
        requireActor(actor, { scope: 'learn' });
        if (secret !== 'join-secret') throw fault('INVITATION_INVALID');
        return { course, member: { ...member, userId: actor.userId } };
      },
    },
  };
}

function withoutAbsent<T extends object>(change: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never;
}
