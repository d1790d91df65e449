import type { Actor } from './actor.ts';
import type { AccessLimits } from './work-access-limits.ts';
import type { WorkAccessStore } from './work-access-store.ts';

/** What belongs to a learner: a session, or something that was made in one. */
export interface Work {
  learnerId: string;
  /** The course that it was done for; null or undefined: self-study. */
  courseId?: string | null | undefined;
}

/**
 * Decides whose work and whose data an actor may access: their own, and as staff that of the people in their courses.
 *
 * - Work for a course: its instructors may access everybody's, its assistants only that of students.
 * - Self-study: only the instructors of a student's open courses may access it.
 * - The work of admins: only admins may access it, because a user who enters an admin's machine could act as that admin.
 */
export interface WorkAccess {
  /** Returns whether the actor may access this work. */
  includes(actor: Actor, work: Work): Promise<boolean>;
  /** Returns those of the works that the actor may access, in the same order. */
  among<W extends Work>(actor: Actor, works: readonly W[]): Promise<W[]>;
  /** Returns those of the users whose data the actor may access. */
  people(actor: Actor, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Returns what limits a list of everybody's work, or of one learner's, for a store; undefined if nothing does. */
  limits(actor: Actor, learnerId?: string): Promise<AccessLimits | undefined>;
}

/**
 * Maximum number of learners whose self-study is read by learner. With more, it is quicker to read the newest work of
 * everybody until enough is found.
 */
const FEW_STUDENTS = 500;

export function createWorkAccess({ store }: { store: WorkAccessStore }): WorkAccess {
  async function among<W extends Work>(actor: Actor, works: readonly W[]): Promise<W[]> {
    const isOwn = ({ learnerId }: W) => learnerId === actor.userId;
    // Almost all requests are about the actor's own work, and need no query.
    if (actor.role === 'admin' || works.every(isOwn)) return [...works];
    const taught = await store.coursesTaughtBy(actor.userId);
    const learners = isTeaching(taught)
      ? await store.learners(
          works.map(({ learnerId }) => learnerId),
          taught.instructs,
        )
      : new Map<string, never>();
    return works.filter((work) => {
      if (isOwn(work)) return true;
      const learner = learners.get(work.learnerId);
      if (!learner || learner.role === 'admin') return false;
      const { courseId } = work;
      const isStudent = learner.role === 'student';
      if (courseId === null || courseId === undefined) return isStudent && learner.isMember;
      return taught.instructs.includes(courseId) || (isStudent && taught.assists.includes(courseId));
    });
  }

  return {
    among,
    async includes(actor, work) {
      return (await among(actor, [work])).length > 0;
    },

    async people(actor, ids) {
      if (actor.role === 'admin' || ids.every((id) => id === actor.userId)) return new Set(ids);
      const { instructs, assists } = await store.coursesTaughtBy(actor.userId);
      const people = await store.peopleAmong(ids, [...instructs, ...assists], actor.userId);
      return new Set(ids.filter((id) => id === actor.userId || people.has(id)));
    },

    async limits(actor, learnerId) {
      const { role, userId } = actor;
      if (role === 'admin' || learnerId === userId) return undefined;
      const taught = await store.coursesTaughtBy(userId);
      const teaches = taught.instructs.length > 0;
      return { ...taught, students: teaches ? await store.studentsOf(userId, FEW_STUDENTS) : [] };
    },
  };
}

function isTeaching({ instructs, assists }: Pick<AccessLimits, 'instructs' | 'assists'>): boolean {
  return instructs.length > 0 || assists.length > 0;
}
