import { connection, given, pageOf, sectionIdOf } from '../base/connection.ts';
import type { MutationResolvers, Resolvers } from '../generated/resolver-types.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';

const courseMutations = {
  async createCourse(_, { input }, { services, actor }) {
    const { title, code, term, timeZone, collection, recorded, open } = input;
    const course = await services.courses.create(actor, {
      title,
      code: given(code),
      term: given(term),
      timeZone: given(timeZone),
      collection: given(collection),
      recorded,
      state: open ? 'open' : 'draft',
    });
    return { course };
  },

  async copyCourse(_, { input: { course, title, code, term, shiftDays } }, { services, actor }) {
    const copy = { title: given(title), code: given(code), term: given(term), shiftDays };
    return { course: await services.courses.copy(actor, fromGlobalId('Course', course), copy) };
  },

  async updateCourse(_, { input }, { services, actor }) {
    const { course, title, code, term, timeZone, recorded, state } = input;
    const change = {
      title: given(title),
      code: given(code),
      term: given(term),
      timeZone: given(timeZone),
      recorded: given(recorded),
      state: given(state),
    };
    return { course: await services.courses.update(actor, fromGlobalId('Course', course), change) };
  },

  async deleteCourse(_, { input: { course } }, { services, actor }) {
    const deleted = await services.courses.delete(actor, fromGlobalId('Course', course));
    return { deletedId: deleted ? course : null };
  },

  async createSection(_, { input: { course, name } }, { services, actor }) {
    return { section: await services.courses.createSection(actor, fromGlobalId('Course', course), name) };
  },

  async renameSection(_, { input: { section, name } }, { services, actor }) {
    const id = fromGlobalId('CourseSection', section);
    return { section: await services.courses.renameSection(actor, id, name) };
  },

  async deleteSection(_, { input: { section } }, { services, actor }) {
    const deleted = await services.courses.deleteSection(actor, fromGlobalId('CourseSection', section));
    return { deletedId: deleted ? section : null };
  },

  async addMember(_, { input: { course, user, role, section } }, { services, actor }) {
    const member = await services.members.add(actor, fromGlobalId('Course', course), {
      userId: fromGlobalId('User', user),
      role: given(role),
      sectionId: sectionIdOf(section),
    });
    return { member };
  },

  async updateMember(_, { input: { member, role, section, active } }, { services, actor }) {
    const change = {
      role: given(role),
      sectionId: section ? fromGlobalId('CourseSection', section) : section,
      active: given(active),
    };
    const id = fromGlobalId('CourseMember', member);
    return { member: await services.members.update(actor, id, change) };
  },

  async removeMember(_, { input: { member } }, { services, actor }) {
    const removed = await services.members.remove(actor, fromGlobalId('CourseMember', member));
    return { removedId: removed ? member : null };
  },

  importMembers: (_, { input: { course, csv, preview } }, { services, actor }) =>
    services.members.importRoster(actor, fromGlobalId('Course', course), async () => Buffer.from(csv), {
      preview,
    }),

  async createInvitation(_, { input }, { services, actor }) {
    const { course, role, section, seats, emailDomain, expiresAt } = input;
    return await services.invitations.create(actor, fromGlobalId('Course', course), {
      role,
      sectionId: sectionIdOf(section),
      seats: given(seats),
      emailDomain: given(emailDomain),
      expiresAt,
    });
  },

  async revokeInvitation(_, { input: { invitation } }, { services, actor }) {
    const revoked = await services.invitations.revoke(actor, fromGlobalId('CourseInvitation', invitation));
    return { revokedId: revoked ? invitation : null };
  },

  async joinCourse(_, { input: { secret } }, { services, actor }) {
    const { course } = await services.invitations.join(actor, secret);
    return { course };
  },
} satisfies MutationResolvers;

export const coursesResolvers = {
  CourseState: { DRAFT: 'draft', OPEN: 'open', ARCHIVED: 'archived' },
  CourseRole: {
    INSTRUCTOR: 'instructor',
    ASSISTANT: 'assistant',
    LEARNER: 'learner',
    OBSERVER: 'observer',
  },
  MembershipSource: { MANUAL: 'manual', CSV: 'csv', INVITATION: 'invitation', LMS: 'lms' },
  Course: {
    id: (course) => toGlobalId('Course', course.id),
    role: (course, _, { loaders }) => loaders.courseRole(course.id),
    sections: (course, _, { services, actor }) => services.courses.sections(actor, course.id),
    members: (course, { role, section, active, search, ...page }, { services, actor }) =>
      services.members.list(
        actor,
        course.id,
        {
          role: given(role),
          sectionId: sectionIdOf(section),
          active: given(active),
          search: given(search),
        },
        pageOf(page),
      ),
    invitations: (course, _, { services, actor }) => services.invitations.list(actor, course.id),
  },
  CourseSection: { id: (section) => toGlobalId('CourseSection', section.id) },
  CourseMember: {
    id: (member) => toGlobalId('CourseMember', member.id),
    user: (member, _, { loaders }) => loaders.memberUser(member),
    section: ({ sectionId }) => (sectionId === undefined ? null : toGlobalId('CourseSection', sectionId)),
  },
  CourseInvitation: {
    id: (invitation) => toGlobalId('CourseInvitation', invitation.id),
    section: ({ sectionId }) => (sectionId === undefined ? null : toGlobalId('CourseSection', sectionId)),
  },
  CourseConnection: connection,
  CourseMemberConnection: connection,
  Query: {
    course: (_, { id }, { services, actor }) => services.courses.get(actor, fromGlobalId('Course', id)),
    courses: (_, args, { services, actor }) =>
      services.courses.list(actor, { state: given(args.state) }, pageOf(args)),
  },
  Mutation: courseMutations,
} satisfies Resolvers;
