import { fault } from '../../core/errors.ts';
import { whenGone } from '../../infra/database/database-errors.ts';
import type { Database } from '../../infra/database/database.ts';
import type { CourseInvitation as InvitationRow } from '../../infra/database/generated/sqlite/client.ts';
import { movedBy, toMember } from './member-store.ts';
import type { CourseInvitation } from './invitation.ts';
import type { CourseMember } from './member.ts';

export type InvitationStore = ReturnType<typeof createInvitationStore>;

/** Stores invitations to courses. */
export function createInvitationStore({ database }: { database: Database }) {
  const { client } = database;
  const omit = { hash: true } as const;

  return {
    async find(id: string): Promise<CourseInvitation | undefined> {
      const row = await client.courseInvitation.findUnique({ where: { id }, omit });
      return row ? toInvitation(row) : undefined;
    },

    async findByHash(hash: string): Promise<CourseInvitation | undefined> {
      const row = await client.courseInvitation.findUnique({ where: { hash }, omit });
      return row ? toInvitation(row) : undefined;
    },

    /** Lists the invitations of a course, newest first. */
    async list(courseId: string): Promise<CourseInvitation[]> {
      const rows = await client.courseInvitation.findMany({
        where: { courseId },
        orderBy: { id: 'desc' },
        omit,
      });
      return rows.map(toInvitation);
    },

    /** @throws INPUT_INVALID if the course has `limit` invitations that are neither expired nor revoked */
    async insert(invitation: CourseInvitation, hash: string, limit: number): Promise<void> {
      const { courseId, createdAt } = invitation;
      const insert = database.transaction(async (tx) => {
        const valid = { courseId, revokedAt: null, expiresAt: { gt: createdAt } };
        if ((await tx.courseInvitation.count({ where: valid })) >= limit) {
          const problem = `The course already has ${limit} valid invitations. Revoke some of them first.`;
          throw fault('INPUT_INVALID', { problem });
        }
        await tx.courseInvitation.create({ data: { ...toRow(invitation), hash } });
      });
      await insert.catch(whenGone('COURSE_NOT_FOUND'));
    },

    /** Returns false if there is no such invitation. */
    async revoke(id: string, now: Date): Promise<boolean> {
      await client.courseInvitation.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: now } });
      return (await client.courseInvitation.count({ where: { id } })) > 0;
    },

    /**
     * Adds a member and takes a seat, unless the user is a member already: simultaneous uses never exceed the seats.
     * @throws INVITATION_FULL, INVITATION_INVALID if it was revoked or deleted meanwhile
     */
    async join(invitationId: string, member: CourseMember): Promise<CourseMember> {
      const { courseId, userId, sectionId = null } = member;
      const join = database.transaction(async (tx) => {
        const known = await tx.courseMember.findUnique({ where: { courseId_userId: { courseId, userId } } });
        if (known) return toMember(known);
        const invitation = await tx.courseInvitation.findUnique({ where: { id: invitationId } });
        if (!invitation || invitation.revokedAt) throw fault('INVITATION_INVALID');
        const { seats, used } = invitation;
        if (seats !== null && used >= seats) throw fault('INVITATION_FULL', { seats });
        const joined = movedBy({ byId: userId, at: member.createdAt });
        await tx.courseInvitation.update({ where: { id: invitationId }, data: { used: used + 1 } });
        return toMember(await tx.courseMember.create({ data: { ...member, sectionId, ...joined } }));
      });
      return await join.catch(whenGone('INVITATION_INVALID'));
    },
  };
}

function toRow(invitation: CourseInvitation): Omit<InvitationRow, 'hash'> {
  const { sectionId = null, seats = null, emailDomain = null, revokedAt = null } = invitation;
  return { ...invitation, sectionId, seats, emailDomain, revokedAt };
}

function toInvitation(row: Omit<InvitationRow, 'hash'>): CourseInvitation {
  return {
    ...row,
    sectionId: row.sectionId ?? undefined,
    seats: row.seats ?? undefined,
    emailDomain: row.emailDomain ?? undefined,
    revokedAt: row.revokedAt ?? undefined,
  };
}
