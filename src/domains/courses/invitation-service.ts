import type { Clock } from '../../core/clock.ts';
import { fault, isFault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { requireActor } from '../identity/actor.ts';
import { isStaff } from '../identity/policy.ts';
import { hashSecret, makeSecret } from '../identity/secrets.ts';
import type { People } from '../identity/user.ts';
import type { CourseAccess } from './course-access.ts';
import type { CourseStore } from './course-store.ts';
import type { InvitationStore } from './invitation-store.ts';
import type { CourseInvitation, InvitationService } from './invitation.ts';

/** Maximum number of valid invitations of a course. */
const INVITATION_LIMIT = 100;
/** Maximum number of seats of an invitation. */
const SEAT_LIMIT = 10_000;
/** Longest validity, in milliseconds: a year, so that no forgotten link stays valid. */
const LONGEST_MS = 366 * 24 * 3_600_000;

export interface InvitationServiceOptions {
  courses: CourseStore;
  invitations: InvitationStore;
  access: CourseAccess;
  people: People;
  clock: Clock;
}

export function createInvitationService(options: InvitationServiceOptions): InvitationService {
  const { courses, invitations, access, people, clock } = options;

  async function mayInviteStaff({ createdById, courseId }: CourseInvitation): Promise<boolean> {
    const roles = await courses.rolesOf(createdById, [courseId]);
    return roles.get(courseId) === 'instructor' || (await people.find(createdById))?.role === 'admin';
  }

  return {
    async create(given, courseId, { role, sectionId, seats, emailDomain, expiresAt }) {
      const { actor } = await access.require(given, 'members.change', courseId);
      await courses.requireSection(courseId, sectionId);
      const now = clock.now();
      const left = expiresAt.getTime() - now.getTime();
      if (!(left > 0 && left <= LONGEST_MS))
        throw fault('INPUT_INVALID', { problem: 'An invitation expires in the future, within a year.' });
      if (seats !== undefined && !(Number.isInteger(seats) && seats >= 1 && seats <= SEAT_LIMIT))
        throw fault('INPUT_INVALID', { problem: `An invitation has 1 to ${SEAT_LIMIT} seats.` });
      const invitation: CourseInvitation = {
        id: newId(now),
        courseId,
        role,
        sectionId,
        seats,
        used: 0,
        emailDomain: emailDomain === undefined ? undefined : readDomain(emailDomain),
        createdById: actor.userId,
        createdAt: now,
        expiresAt,
        revokedAt: undefined,
      };
      const secret = makeSecret('courseInvitation');
      await invitations.insert(invitation, hashSecret(secret), INVITATION_LIMIT);
      return { invitation, secret };
    },

    async list(actor, courseId) {
      await access.require(actor, 'members.change', courseId, { archived: true });
      return await invitations.list(courseId);
    },

    async revoke(actor, id) {
      requireActor(actor, { scope: 'manage' });
      const invitation = await invitations.find(id);
      if (!invitation) return false;
      try {
        await access.require(actor, 'members.change', invitation.courseId, { archived: true });
      } catch (error) {
        if (isFault(error, 'COURSE_NOT_FOUND')) return false;
        throw error;
      }
      return await invitations.revoke(id, clock.now());
    },

    async join(actor, secret) {
      requireActor(actor, { scope: 'learn' });
      const now = clock.now();
      const invitation = await invitations.findByHash(hashSecret(secret));
      if (!invitation || invitation.revokedAt || invitation.expiresAt <= now)
        throw fault('INVITATION_INVALID');
      const { courseId, emailDomain, role, sectionId } = invitation;
      const course = await courses.find(courseId);
      if (!course) throw fault('INVITATION_INVALID');
      if (course.state === 'draft' && !isStaff(role))
        throw fault('COURSE_NOT_OPEN', { course: course.title });
      if (course.state === 'archived') throw fault('COURSE_ARCHIVED', { course: course.title });
      // Otherwise somebody who was removed could return, or send somebody else.
      if (isStaff(role) && !(await mayInviteStaff(invitation))) throw fault('INVITATION_INVALID');
      const email = (await people.find(actor.userId))?.email;
      if (emailDomain !== undefined && !email?.endsWith(`@${emailDomain}`))
        throw fault('INVITATION_EMAIL', { domain: emailDomain });
      const member = await invitations.join(invitation.id, {
        id: newId(now),
        courseId,
        userId: actor.userId,
        role,
        sectionId,
        active: true,
        source: 'invitation',
        createdAt: now,
      });
      if (!member.active) throw fault('MEMBERSHIP_INACTIVE');
      return { course, member };
    },
  };
}

/** Returns a domain in its stored form. @throws INPUT_INVALID */
function readDomain(text: string): string {
  const domain = text.trim().toLowerCase().replace(/^@/, '');
  if (domain.length <= 253 && /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) return domain;
  throw fault('INPUT_INVALID', {
    problem: `"${domain.slice(0, 253)}" is not a domain such as "example.org".`,
  });
}
