import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import { groupBy } from '../../core/group.ts';
import { pageWindow, requirePageSize, toPage } from '../../core/paging.ts';
import type { Actor } from '../identity/actor.ts';
import { requireActor } from '../identity/actor.ts';
import type { Assignment, AssignmentService } from '../courses/assignment.ts';
import { readReason } from '../courses/course-input.ts';
import type { EnteredAssignment, GradingAccess } from '../courses/grading-access.ts';
import type { GradeStore, StoredGrade } from './grade-store.ts';
import { roundPoints } from './grade.ts';
import type { Grade, GradeService } from './grade.ts';
import type { Grading } from './grading.ts';

/** Maximum points that staff can give: more than an assignment has, because there are bonus points. */
const POINTS_LIMIT = 20_000;

/** Maximum number of grades on a page of a gradebook: a course with many assignments has shorter pages. */
const PAGE_GRADES = 5_000;

export function createGradeService(options: {
  store: GradeStore;
  access: GradingAccess;
  assignments: Pick<AssignmentService, 'preview' | 'previewOverride'>;
  grading: Pick<Grading, 'current' | 'preview' | 'refreshOne'>;
  clock: Clock;
}): GradeService {
  const { store, access, assignments, grading, clock } = options;

  /** Authorises a change of a member's grade. */
  async function requireChange(actor: Actor | undefined, assignmentId: string, memberId: string) {
    const entered = await access.assignment(actor, 'grades.change', assignmentId);
    const member = await access.member(entered.course.id, memberId);
    return { ...entered, member };
  }

  /** Authorises reading a grade: staff and observers may, and its learner unless grades are hidden. */
  async function requireReading(actor: Actor | undefined, assignmentId: string, learnerId: string) {
    const entered = await access.assignment(actor, 'assignments.read', assignmentId);
    const isOwn = learnerId === entered.actor.userId && entered.assignment.gradesVisible;
    if (!isOwn) entered.demand('grades.read');
    return entered;
  }

  async function gradeOf(
    { course, assignment }: EnteredAssignment,
    learnerId: string,
  ): Promise<Grade | undefined> {
    const [grade] = await grading.current(course, [assignment], [learnerId]);
    return grade && viewGrade(grade, assignment);
  }

  return {
    async gradebook(actor, courseId, asked) {
      const { course, assignments } = await access.course(actor, 'grades.read', courseId);
      requirePageSize(asked.first);
      const lines = Math.ceil(PAGE_GRADES / Math.max(1, assignments.length));
      const { sectionId } = asked;
      const page = { ...asked, first: Math.min(asked.first, lines) };
      const learners = await access.learners(courseId, pageWindow(page), { sectionId });
      const grades = await grading.current(
        course,
        assignments,
        learners.map(({ userId }) => userId),
      );
      const byKey = new Map(grades.map((grade) => [`${grade.assignmentId} ${grade.learnerId}`, grade]));
      const rows = learners.map((member) => {
        const mine = assignments.map((assignment) => {
          const grade = byKey.get(`${assignment.id} ${member.userId}`);
          return grade && viewGrade(grade, assignment);
        });
        const total = roundPoints(mine.reduce((sum, grade) => sum + (grade?.points ?? 0), 0));
        return { id: member.id, member, grades: mine, total };
      });
      return { assignments, rows: toPage(rows, page) };
    },

    async mine(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const seen = await access.seen(actor, ids);
      const open = new Map(
        seen.flatMap((known) => (known?.assignment.gradesVisible ? [[known.assignment.id, known]] : [])),
      );
      const grades = new Map<string, Grade>();
      for (const known of groupBy([...open.values()], ({ course }) => course.id).values()) {
        const [first] = known;
        const assignments = known.map(({ assignment }) => assignment);
        const mine = first ? await grading.current(first.course, assignments, [actor.userId]) : [];
        for (const grade of mine) {
          const its = open.get(grade.assignmentId);
          if (its) grades.set(grade.assignmentId, viewGrade(grade, its.assignment));
        }
      }
      return ids.map((id) => grades.get(id));
    },

    get: async (actor, assignmentId, learnerId) =>
      gradeOf(await requireReading(actor, assignmentId, learnerId), learnerId),

    async changes(actor, assignmentId, learnerId) {
      await requireReading(actor, assignmentId, learnerId);
      return await store.changes(assignmentId, learnerId);
    },

    async give(actor, assignmentId, memberId, input) {
      const entered = await requireChange(actor, assignmentId, memberId);
      const { points } = input;
      if (!(points >= 0 && points <= POINTS_LIMIT)) {
        const problem = `"points" is ${points}, but must be 0 to ${POINTS_LIMIT}.`;
        throw fault('INPUT_INVALID', { problem });
      }
      const { member } = entered;
      if (member.role !== 'learner') {
        throw fault('INPUT_INVALID', { problem: 'Only learners have grades, and this member is not one.' });
      }
      const by = { byId: entered.actor.userId, reason: readReason(input.reason, { required: true }) };
      const of = { assignmentId, learnerId: member.userId };
      // The history says what the points were.
      await grading.refreshOne(of);
      await store.give(of, { points: roundPoints(points) }, by, clock.now());
      const grade = await gradeOf(entered, entered.member.userId);
      if (!grade) throw fault('ASSIGNMENT_NOT_FOUND');
      return grade;
    },

    async withdraw(actor, assignmentId, memberId, reason) {
      const entered = await requireChange(actor, assignmentId, memberId);
      const by = { byId: entered.actor.userId, reason: readReason(reason, { required: true }) };
      const of = { assignmentId, learnerId: entered.member.userId };
      await grading.refreshOne(of);
      await store.give(of, undefined, by, clock.now());
      return await gradeOf(entered, entered.member.userId);
    },

    async preview(actor, assignmentId, change) {
      const next = await assignments.preview(actor, assignmentId, change);
      const { assignment } = await access.assignment(actor, 'assignments.inspect', assignmentId);
      const previews = await grading.preview(assignment, next);
      return previews.filter(({ before, after }) => before !== after);
    },

    async previewOverride(actor, assignmentId, whose, input) {
      const override = await assignments.previewOverride(actor, assignmentId, whose, input);
      const { assignment } = await access.assignment(actor, 'overrides.change', assignmentId);
      const previews = await grading.preview(assignment, assignment, override);
      return previews.filter(({ before, after }) => before !== after);
    },
  };
}

const pointsOf = ({ given, points }: StoredGrade) => given?.points ?? points;

function viewGrade(grade: StoredGrade, { points: possible }: Assignment): Grade {
  const { assignmentId, learnerId, points: workPoints, steps, given, updatedAt } = grade;
  return { assignmentId, learnerId, points: pointsOf(grade), workPoints, possible, steps, given, updatedAt };
}
