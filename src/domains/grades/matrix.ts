import { pageWindow, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import type { ProgressReader } from '../checks/progress-reader.ts';
import type { LabProgress } from '../checks/results/attempt.ts';
import type { Assignment } from '../courses/assignment.ts';
import type { GradingAccess } from '../courses/grading-access.ts';
import type { CourseMember, SectionPageRequest } from '../courses/member.ts';
import type { Actor } from '../identity/actor.ts';

/** A learner of a course and their progress in the steps of an assignment. */
export interface MatrixRow {
  member: CourseMember;
  progress: LabProgress;
}

/** The learners of a course by the steps of an assignment, for its staff and observers. */
export interface MatrixService {
  /**
   * Returns a page of learners, or of those in a section, active or not, with their progress in an assignment.
   * @throws ASSIGNMENT_NOT_FOUND, SECTION_NOT_FOUND, FORBIDDEN
   */
  rows(actor: Actor | undefined, assignmentId: string, page: SectionPageRequest): Promise<Page<MatrixRow>>;
  /** Returns a learner's row; undefined if they are not a learner of the course. @throws the same */
  row(actor: Actor | undefined, assignmentId: string, learnerId: string): Promise<MatrixRow | undefined>;
}

export function createMatrixService(options: {
  access: Pick<GradingAccess, 'assignment' | 'learners' | 'learnersAmong'>;
  progressOf: ProgressReader;
}): MatrixService {
  const { access, progressOf } = options;

  async function describe(assignment: Assignment, members: readonly CourseMember[]): Promise<MatrixRow[]> {
    const { id: assignmentId, labSlug: lab } = assignment;
    const progress = await progressOf(
      members.map(({ userId: learnerId }) => ({ learnerId, lab, assignmentId })),
    );
    return members.flatMap((member, at) => {
      const its = progress[at];
      return its ? [{ member, progress: its }] : [];
    });
  }

  return {
    async rows(actor, assignmentId, { sectionId, ...page }) {
      const { assignment, course } = await access.assignment(actor, 'progress.read', assignmentId);
      const learners = await access.learners(course.id, pageWindow(page), { sectionId });
      const rows = await describe(assignment, learners);
      return toPage(
        rows.map((row) => ({ id: row.member.id, ...row })),
        page,
      );
    },

    async row(actor, assignmentId, learnerId) {
      const { assignment, course } = await access.assignment(actor, 'progress.read', assignmentId);
      const [member] = await access.learnersAmong(course.id, [learnerId]);
      return member && (await describe(assignment, [member]))[0];
    },
  };
}
