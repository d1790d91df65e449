import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import type { AssignmentRules } from '../courses/assignment-rules.ts';
import type { Assignment, AssignmentTerms } from '../courses/assignment.ts';
import type { NewRun } from './assignment-work-store.ts';
import { deadlineOf } from './lifetime-rules.ts';
import type { RunLimits } from './lifetime-rules.ts';
import type { SessionRow } from './session-store.ts';

export type AssignedWork = ReturnType<typeof createAssignedWork>;

/** Applies the terms of assignments to sessions. */
export function createAssignedWork({ rules, clock }: { rules: AssignmentRules; clock: Clock }) {
  type Assigned = Pick<SessionRow, 'learnerId' | 'assignmentId' | 'runStartedAt'>;

  /** Returns the present limits of a session's attempt; undefined for self-study. @throws as `requireOpen` */
  async function present({
    learnerId,
    assignmentId,
    runStartedAt,
  }: Assigned): Promise<RunLimits | undefined> {
    if (assignmentId === null) return undefined;
    const { terms } = await rules.requireOpen(learnerId, assignmentId);
    return limitsOf(terms, runStartedAt ?? clock.now());
  }

  return {
    /**
     * Returns what a learner's next attempt at an assignment is.
     * @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, ASSIGNMENT_NOT_OPEN, ASSIGNMENT_CLOSED
     */
    async newRun(
      learnerId: string,
      assignmentId: string,
    ): Promise<{ assignment: Assignment; newRun: NewRun }> {
      const { assignment, terms, isTrial } = await rules.requireOpen(learnerId, assignmentId);
      const limits = limitsOf(terms, clock.now());
      const { courseId } = assignment;
      const newRun = { assignmentId, courseId, attempts: terms.attempts, limits, isTrial };
      return { assignment, newRun };
    },

    /**
     * Requires that work in the session counts now, and returns the limits of its attempt; undefined for self-study.
     * @throws as `newRun`, and ASSIGNMENT_TIME_OVER
     */
    async requireCounting(session: Assigned): Promise<RunLimits | undefined> {
      const limits = await present(session);
      const deadline = limits && deadlineOf(limits);
      if (deadline && deadline <= clock.now()) {
        throw fault('ASSIGNMENT_TIME_OVER', { minutes: limits?.timeLimitMinutes ?? 0 });
      }
      return limits;
    },

    /** Returns the present limits of a session's attempt; undefined if its learner has lost access, or in self-study. */
    async limits({ learnerId, assignmentId, runStartedAt }: Assigned): Promise<RunLimits | undefined> {
      if (assignmentId === null) return undefined;
      const known = await rules.find(learnerId, assignmentId);
      return known && { ...limitsOf(known.terms, clock.now()), runStartedAt };
    },

    /** Returns whether somebody is staff, who only try an assignment; false if they may not see it. */
    isTrial: async (userId: string, assignmentId: string): Promise<boolean> =>
      (await rules.find(userId, assignmentId))?.isTrial ?? false,

    /** Returns the ids of a course's assignments. */
    ofCourse: rules.ofCourse,
  };
}

function limitsOf({ timeLimitMinutes, closesAt }: AssignmentTerms, runStartedAt: Date): RunLimits {
  return { runStartedAt, timeLimitMinutes: timeLimitMinutes ?? null, closesAt: closesAt ?? null };
}
