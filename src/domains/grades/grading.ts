import type { Clock } from '../../core/clock.ts';
import { isFault } from '../../core/errors.ts';
import type { Checks } from '../checks/create-checks.ts';
import type { Assignment } from '../courses/assignment.ts';
import type { Course } from '../courses/course.ts';
import type { GradingAccess } from '../courses/grading-access.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Lab } from '../labs/lab.ts';
import { computeGrade } from './grade-rules.ts';
import type { GradedLab, GradingTerms } from './grade-rules.ts';
import { basisOf } from './grade-store.ts';
import type { GradeStore, StoredGrade } from './grade-store.ts';

export type Grading = ReturnType<typeof createGrading>;

/**
 * Creates the computation of grades. A stored grade names what it was computed from; if the work, the terms or the lab
 * are others now, it is computed again. Grades of archived courses stay as they are.
 */
export function createGrading(options: {
  store: GradeStore;
  access: Pick<GradingAccess, 'find' | 'terms' | 'assignmentsOf' | 'unpinned'>;
  judged: Checks['judged'];
  catalogue: Pick<LabCatalogue, 'find' | 'version'>;
  clock: Clock;
}) {
  const { store, access, judged, catalogue, clock } = options;

  /** Returns the lab that an assignment uses now; undefined if it no longer exists. */
  function labOf({ labSlug, labVersion }: Assignment): Lab | undefined {
    try {
      const version = labVersion ?? catalogue.find(labSlug)?.version;
      return version === undefined ? undefined : catalogue.version(labSlug, version);
    } catch (error) {
      if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return undefined;
      throw error;
    }
  }

  /** Computes the outdated ones of an assignment's grades, and stores them. Returns all as they are now. */
  async function renew(
    assignment: Assignment,
    grades: readonly StoredGrade[],
    termsOf: (userId: string) => GradingTerms,
  ): Promise<StoredGrade[]> {
    const lab = labOf(assignment);
    const inputs = grades.map((grade) => {
      const terms = termsOf(grade.learnerId);
      return { grade, terms, basis: basisOf([lab && gradedParts(lab), terms]) };
    });
    const outdated = inputs.filter(({ grade, basis }) => grade.basis !== basis);
    if (outdated.length === 0) return [...grades];
    const work = await judged(
      assignment.id,
      outdated.map(({ grade }) => grade.learnerId),
    );
    const renewed = new Map<string, StoredGrade>();
    for (const { grade, terms, basis } of outdated) {
      const computed = computeGrade(lab, work.get(grade.learnerId) ?? [], terms);
      const at = clock.now();
      // If it has changed since, that change marked it again.
      await store.put(grade, { ...computed, basis }, at);
      renewed.set(grade.learnerId, { ...grade, ...computed, basis, updatedAt: at });
    }
    return grades.map((grade) => renewed.get(grade.learnerId) ?? grade);
  }

  /** Returns the present grades of learners in assignments of one course. */
  async function current(
    course: Pick<Course, 'state'>,
    assignments: readonly Assignment[],
    learnerIds: readonly string[],
  ): Promise<StoredGrade[]> {
    const ids = assignments.map(({ id }) => id);
    const stored = await store.find(ids, learnerIds);
    if (course.state === 'archived' || stored.length === 0) return stored;
    const termsOf = await access.terms(assignments, learnerIds);
    const renewed: StoredGrade[] = [];
    for (const assignment of assignments) {
      const mine = stored.filter(({ assignmentId }) => assignmentId === assignment.id);
      const terms = (userId: string) => gradingTerms(assignment, termsOf(assignment, userId));
      renewed.push(...(await renew(assignment, mine, terms)));
    }
    return renewed;
  }

  /** Computes the outdated grades of these assignments. */
  async function refresh(assignmentIds: readonly string[]): Promise<void> {
    for (const { assignment, course } of await access.find(assignmentIds)) {
      await current(course, [assignment], await store.learners(assignment.id));
    }
  }

  return {
    current,
    refresh,

    /** Computes the grades whose work has changed, for example just before a process died. */
    async refreshMarked(): Promise<void> {
      const marked = await store.marked();
      for (const { assignment, course } of await access.find([
        ...new Set(marked.map(({ assignmentId }) => assignmentId)),
      ])) {
        const learners = marked.filter(({ assignmentId }) => assignmentId === assignment.id);
        await current(
          course,
          [assignment],
          learners.map(({ learnerId }) => learnerId),
        );
      }
    },

    /** Computes one grade after the learner's work has changed. */
    async refreshOne({
      assignmentId,
      learnerId,
    }: {
      assignmentId: string;
      learnerId: string;
    }): Promise<void> {
      for (const { assignment, course } of await access.find([assignmentId])) {
        await current(course, [assignment], [learnerId]);
      }
    },

    refreshCourse: async (courseId: string) => refresh(await access.assignmentsOf(courseId)),
    refreshUnpinned: async () => refresh(await access.unpinned()),

    /** Returns what the grades of an assignment would be if it were `next`, without storing them. */
    async preview(next: Assignment): Promise<{ before: StoredGrade; after: number | undefined }[]> {
      const learnerIds = await store.learners(next.id);
      const grades = await store.find([next.id], learnerIds);
      const [termsOf, work] = await Promise.all([
        access.terms([next], learnerIds),
        judged(next.id, learnerIds),
      ]);
      const lab = labOf(next);
      return grades.map((before) => {
        const terms = gradingTerms(next, termsOf(next, before.learnerId));
        const { points } = computeGrade(lab, work.get(before.learnerId) ?? [], terms);
        return { before, after: before.given?.points ?? points };
      });
    },
  };
}

/** Returns the parts of a lab that decide about grades. */
function gradedParts({ attempts, steps }: GradedLab) {
  return {
    attempts,
    steps: steps.map(({ id, checks }) => [id, checks.map((check) => [check.id, check.weight])]),
  };
}

function gradingTerms(assignment: Assignment, { dueAt, closesAt }: GradingTermsOfMember): GradingTerms {
  const { points, counts, latePercentPerDay, lateFloorPercent, graceMinutes } = assignment;
  return { points, counts, latePercentPerDay, lateFloorPercent, graceMinutes, dueAt, closesAt };
}

type GradingTermsOfMember = Pick<GradingTerms, 'dueAt' | 'closesAt'>;
