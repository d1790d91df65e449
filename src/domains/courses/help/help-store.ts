import { whenGone } from '../../../infra/database/database-errors.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { RaisedHand as HandRow } from '../../../infra/database/generated/sqlite/client.ts';
import type { MemberFilter } from '../member.ts';
import type { RaisedHand, StepFeedback } from './help.ts';

export type HelpStore = ReturnType<typeof createHelpStore>;

/** Stores raised hands and feedback on steps. */
export function createHelpStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /**
     * Raises a hand. A raised one keeps its id and its time. Of the learner's lowered ones for the assignment,
     * the last is kept.
     * @throws ASSIGNMENT_NOT_FOUND if it was deleted meanwhile
     */
    async raise(hand: RaisedHand): Promise<RaisedHand> {
      const { id, assignmentId, learnerId, stepId, note, raisedAt } = hand;
      const activeKey = keyOf(hand);
      const raise = database.transaction(async (tx) => {
        const lowered = { assignmentId, learnerId, activeKey: null };
        // Staff may not have received yet that the last one was lowered.
        const last = await tx.raisedHand.findFirst({
          where: lowered,
          orderBy: [{ loweredAt: 'desc' }, { id: 'desc' }],
        });
        if (last) await tx.raisedHand.deleteMany({ where: { ...lowered, id: { not: last.id } } });
        return await tx.raisedHand.upsert({
          where: { activeKey },
          create: { id, assignmentId, learnerId, stepId, note, raisedAt, activeKey },
          update: { stepId, note },
        });
      });
      return toHand(await raise.catch(whenGone('ASSIGNMENT_NOT_FOUND')));
    },

    /** Returns a hand and its course. */
    async findHand(id: string): Promise<(RaisedHand & { courseId: string }) | undefined> {
      const assignment = { select: { courseId: true } };
      const row = await client.raisedHand.findUnique({ where: { id }, include: { assignment } });
      return row ? { ...toHand(row), courseId: row.assignment.courseId } : undefined;
    },

    /** Lowers a hand. Returns false if it is not raised. */
    async lower(id: string, loweredById: string, loweredAt: Date): Promise<boolean> {
      const { count } = await client.raisedHand.updateMany({
        where: { id, loweredAt: null },
        data: { loweredAt, loweredById, activeKey: null },
      });
      return count > 0;
    },

    /** Returns the version of the lab in the learner's newest session of an assignment; undefined without one. */
    async usedVersion(assignmentId: string, learnerId: string): Promise<string | undefined> {
      const newest = await client.session.findFirst({
        where: { assignmentId, learnerId },
        orderBy: { id: 'desc' },
        select: { labVersion: true },
      });
      return newest?.labVersion;
    },

    /** Returns a page of the hands that members of a course, or of a section, have raised, the longest raised first. */
    async hands(
      courseId: string,
      { take, after }: { take: number; after: string | undefined },
      { sectionId }: Pick<MemberFilter, 'sectionId'>,
    ): Promise<RaisedHand[]> {
      const membership = { courseId, active: true, ...(sectionId !== undefined && { sectionId }) };
      const rows = await client.raisedHand.findMany({
        where: {
          assignment: { courseId },
          loweredAt: null,
          learner: { memberships: { some: membership } },
          ...(after !== undefined && { id: { gt: after } }),
        },
        orderBy: { id: 'asc' },
        take,
      });
      return rows.map(toHand);
    },

    /** Returns a learner's raised hands for assignments. */
    async handsOf(learnerId: string, assignmentIds: readonly string[]): Promise<RaisedHand[]> {
      const rows = await client.raisedHand.findMany({
        where: { activeKey: { in: assignmentIds.map((assignmentId) => keyOf({ assignmentId, learnerId })) } },
      });
      return rows.map(toHand);
    },

    /** Stores feedback. It replaces the learner's earlier one on the step. */
    async putFeedback(feedback: StepFeedback): Promise<StepFeedback> {
      const { id, assignmentId, learnerId, stepId, kind, text, createdAt } = feedback;
      const of = { assignmentId, learnerId, stepId };
      const put = client.stepFeedback.upsert({
        where: { assignmentId_learnerId_stepId: of },
        create: feedback,
        // Another id, because feedback is listed by id.
        update: { id, kind, text, createdAt },
      });
      return await put.catch(whenGone('ASSIGNMENT_NOT_FOUND'));
    },

    async findFeedback(id: string): Promise<StepFeedback | undefined> {
      return (await client.stepFeedback.findUnique({ where: { id } })) ?? undefined;
    },

    /** Returns a page of the feedback on an assignment, newest first. */
    feedback: (
      assignmentId: string,
      { take, after }: { take: number; after: string | undefined },
    ): Promise<StepFeedback[]> =>
      client.stepFeedback.findMany({
        where: { assignmentId, ...(after !== undefined && { id: { lt: after } }) },
        orderBy: { id: 'desc' },
        take,
      }),
  };
}

function keyOf({ assignmentId, learnerId }: Pick<RaisedHand, 'assignmentId' | 'learnerId'>): string {
  return `${assignmentId}:${learnerId}`;
}

function toHand(row: HandRow): RaisedHand {
  const { id, assignmentId, learnerId, stepId, note, raisedAt } = row;
  const lowered = { loweredAt: row.loweredAt ?? undefined, loweredById: row.loweredById ?? undefined };
  return { id, assignmentId, learnerId, stepId, note, raisedAt, ...lowered };
}
