import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../core/clock.ts';
import { groupBy } from '../../core/group.ts';
import { batches } from '../../core/paging.ts';
import type { Checks } from '../checks/create-checks.ts';
import type { Assignment, AssignmentOverride } from '../courses/assignment.ts';
import type { Course } from '../courses/course.ts';
import type { GradingAccess, TermsOf } from '../courses/grading-access.ts';
import { usedLab } from '../labs/catalogue.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Lab } from '../labs/lab.ts';
import { computeGrade } from './grade-rules.ts';
import type { GradedLab, GradingTerms } from './grade-rules.ts';
import { basisOf, joinBasis, lostBasis } from './grade-store.ts';
import type { GradeStore, StoredGrade } from './grade-store.ts';

/** Attempts to store a grade while others change it. */
const TRIES = 5;
/** Maximum number of learners in a preview: as many as a roster has lines. */
const PREVIEWED = 10_000;

export type Grading = ReturnType<typeof createGrading>;

/**
 * Creates the computation of grades. A stored grade names what it was computed from; if the work, the terms or the lab
 * are others now, it is computed again. In archived courses, and of former learners, only work is.
 */
export function createGrading(options: {
  store: GradeStore;
  access: Pick<GradingAccess, 'find' | 'terms' | 'learners' | 'learnersAmong' | 'assignmentsOf' | 'present'>;
  judged: Checks['judged'];
  catalogue: Pick<LabCatalogue, 'find' | 'version'>;
  clock: Clock;
  /** Returns whether the service stops: then the grades of many courses wait for the next start. */
  isStopped: () => boolean;
}) {
  const { store, access, judged, catalogue, clock, isStopped } = options;

  /**
   * Computes the outdated ones of an assignment's grades. Returns each before and after. If the lab no longer exists, the
   * grades stay as they are.
   * @param readAt when the terms were read, or before: a later edit was possibly not seen
   */
  async function compute(
    assignment: Assignment,
    grades: readonly StoredGrade[],
    termsOf: (userId: string) => GradingTerms,
    readAt: Date,
  ): Promise<{ before: StoredGrade; next: StoredGrade }[]> {
    const lab = usedLab(catalogue, assignment);
    const labBasis = lab && basisOf(gradedParts(lab));
    const inputs = grades.map((before) => {
      const terms = termsOf(before.learnerId);
      return {
        before,
        terms,
        basis: labBasis ? joinBasis({ terms: basisOf(terms), lab: labBasis }) : lostBasis(before),
      };
    });
    const outdated = inputs.filter(({ before, basis }) => before.basis !== basis);
    const ids = outdated.map(({ before }) => before.learnerId);
    const closesAt = (id: string) => termsOf(id).closesAt;
    const work =
      ids.length > 0 && lab ? await judged(assignment.id, ids, closesAt) : new Map<string, never>();
    return outdated.map(({ before, terms, basis }) => {
      const computed = lab ? computeGrade(lab, work.get(before.learnerId) ?? [], terms) : {};
      return { before, next: { ...before, ...computed, basis, updatedAt: readAt } };
    });
  }

  /** Computes the outdated grades of learners in assignments of one course. */
  async function outdated(
    { id: courseId, state }: Pick<Course, 'id' | 'state'>,
    assignments: readonly Assignment[],
    learnerIds: readonly string[],
    readAt = clock.now(),
  ) {
    const ids = assignments.map(({ id }) => id);
    const stored = await store.find(ids, learnerIds);
    const present =
      state === 'archived' || stored.length === 0 ? [] : await access.learnersAmong(courseId, learnerIds);
    const learners = new Set(present.map(({ userId }) => userId));
    // In an archived course, and of somebody who is no longer a learner in it, only new work changes a grade.
    const open = stored.filter(({ learnerId, basis }) => basis === '' || learners.has(learnerId));
    const byAssignment = groupBy(open, ({ assignmentId }) => assignmentId);
    const changed: { before: StoredGrade; next: StoredGrade }[] = [];
    if (open.length > 0) {
      const termsOf = await access.terms(assignments, learnerIds);
      for (const assignment of assignments) {
        const mine = byAssignment.get(assignment.id) ?? [];
        // The grades of a large course are many: others must not wait for all of them.
        if (mine.length > 0) await setImmediate();
        const terms = (userId: string) => gradingTerms(assignment, termsOf(assignment, userId));
        changed.push(...(await compute(assignment, mine, terms, readAt)));
      }
    }
    return { stored, changed };
  }

  /** Returns the present grades of learners in assignments of one course, without storing them. */
  async function current(...of: Parameters<typeof outdated>): Promise<StoredGrade[]> {
    const { stored, changed } = await outdated(...of);
    const next = new Map(changed.map((each) => [each.before, each.next]));
    return stored.map((grade) => next.get(grade) ?? grade);
  }

  /**
   * Stores the present grades of learners in an assignment. A grade that somebody changes is computed again. The terms are
   * read for each batch, because they may change meanwhile.
   */
  async function update(assignmentId: string, learnerIds: readonly string[]): Promise<void> {
    for (const some of batches(learnerIds)) {
      let left = some;
      for (let tries = 0; left.length > 0 && tries < TRIES; tries++) {
        const readAt = clock.now();
        const [found] = await access.find([assignmentId]);
        if (!found) return;
        const { changed } = await outdated(found.course, [found.assignment], left, readAt);
        const refused = [];
        for (const { before, next } of changed) {
          if (!(await store.put(before, next, next.updatedAt))) refused.push(before.learnerId);
        }
        left = refused;
      }
    }
  }

  /** Computes and stores the outdated grades of these assignments. */
  async function refresh(assignmentIds: readonly string[], ends = () => false): Promise<void> {
    for (const id of assignmentIds) {
      if (ends()) return;
      await update(id, await store.learners(id));
    }
  }

  return {
    current,
    refresh,

    /** Computes the grades whose work has changed, for example just before a process died. */
    async refreshMarked(): Promise<void> {
      const marked = await store.marked();
      for (const [assignmentId, grades] of groupBy(marked, (grade) => grade.assignmentId)) {
        await update(
          assignmentId,
          grades.map(({ learnerId }) => learnerId),
        );
      }
    },

    /** Computes one grade after the learner's work has changed. */
    refreshOne: (of: { assignmentId: string; learnerId: string }) => update(of.assignmentId, [of.learnerId]),

    refreshCourse: async (courseId: string) => refresh(await access.assignmentsOf(courseId)),
    /** Computes the grades that a change of labs affects. */
    refreshUnpinned: async () => refresh(await access.present({ unpinned: true }), isStopped),
    refreshAll: async () => refresh(await access.present(), isStopped),

    /**
     * Returns the points of an assignment's learners, now and if it were `next`, or if there were the override, without
     * storing them.
     */
    async preview(
      present: Assignment,
      next: Assignment,
      override?: AssignmentOverride,
    ): Promise<{ learnerId: string; before: number | undefined; after: number | undefined }[]> {
      const learners = await access.learners(next.courseId, { take: PREVIEWED, after: undefined });
      const learnerIds = learners.map(({ userId }) => userId);
      const grades = await store.find([next.id], learnerIds);
      const termsBefore = await access.terms([present], learnerIds);
      const termsAfter = await access.terms([next], learnerIds, override);
      const labs = { before: usedLab(catalogue, present), after: usedLab(catalogue, next) };
      const previews = [];
      for (const some of batches(grades)) {
        const ids = some.map(({ learnerId }) => learnerId);
        const pointsUnder = async (assignment: Assignment, lab: Lab | undefined, termsOf: TermsOf) => {
          const work = await judged(assignment.id, ids, (id) => termsOf(assignment, id).closesAt);
          return some.map(({ learnerId, given, points }) => {
            const terms = gradingTerms(assignment, termsOf(assignment, learnerId));
            const attempts = work.get(learnerId) ?? [];
            return given?.points ?? (lab ? computeGrade(lab, attempts, terms).points : points);
          });
        };
        const before = await pointsUnder(present, labs.before, termsBefore);
        const after = await pointsUnder(next, labs.after, termsAfter);
        for (const [n, learnerId] of ids.entries()) {
          previews.push({ learnerId, before: before[n], after: after[n] });
        }
      }
      return previews;
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
