import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { nextCursor, PAGE_LIMIT } from '../../core/paging.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import type { Assignment } from '../../domains/courses/assignment.ts';
import type { CourseService } from '../../domains/courses/course.ts';
import type { CourseMember, MemberService } from '../../domains/courses/member.ts';
import type { Grade, GradebookRow, GradeService } from '../../domains/grades/grade.ts';
import { roundPoints } from '../../domains/grades/grade.ts';
import type { LabService } from '../../domains/labs/lab-service.ts';
import { inLanguage } from '../../domains/labs/localized-text.ts';
import { fromGlobalId, toGlobalId } from '../shared/global-id.ts';
import { prefersCsv, toCsv } from './csv.ts';
import type { CsvDownloads } from './csv.ts';
import { pageQuery, readQuery, send } from './json.ts';

interface GradebookServices {
  courses: Pick<CourseService, 'sections'>;
  members: Pick<MemberService, 'users'>;
  grades: Pick<GradeService, 'gradebook'>;
  labs: Pick<LabService, 'find'>;
  csvDownloads: CsvDownloads;
}

/**
 * Registers `GET /api/v1/courses/:id/gradebook`. With `Accept: text/csv`, the response is the whole gradebook as CSV, for
 * spreadsheets; otherwise a page as JSON, of `limit` learners after the cursor `after`.
 * `section` selects the learners of a section.
 */
export function addGradebook(app: FastifyInstance, services: GradebookServices): void {
  app.get<{ Params: { id: string } }>('/api/v1/courses/:id/gradebook', async (request, reply) => {
    const { actor, params, query, headers } = request;
    const courseId = fromGlobalId('Course', params.id);
    // The same address has two representations.
    void reply.header('vary', 'accept');
    const { limit, after, section } = readQuery(gradebookQuery, query);
    const sectionId = section === undefined ? undefined : fromGlobalId('CourseSection', section);
    if (prefersCsv(headers)) {
      return services.csvDownloads.send(reply, { actor, name: 'gradebook.csv' }, async () => {
        const first = await services.grades.gradebook(actor, courseId, { first: PAGE_LIMIT, sectionId });
        return csvOf(services, actor, { courseId, sectionId, first });
      });
    }
    const page = { first: limit, after, sectionId };
    const { assignments, rows } = await services.grades.gradebook(actor, courseId, page);
    const items = await describe(
      services,
      actor,
      courseId,
      rows.items.map(({ node }) => node),
    );
    return send(reply, {
      assignments: assignments.map((assignment) => ({
        id: toGlobalId('Assignment', assignment.id),
        title: titleOf(services, actor, assignment),
        points: assignment.points,
      })),
      items: items.map(rowAsJson),
      next: nextCursor(rows) ?? null,
    });
  });
}

const gradebookQuery = pageQuery.extend({ section: z.string().optional() });

type Gradebook = Awaited<ReturnType<GradeService['gradebook']>>;

/** A learner's line, with the person's name. */
type NamedRow = GradebookRow & { name: string; email: string; section: string };

/** Adds names and sections to lines of a gradebook. */
async function describe(
  { courses, members }: GradebookServices,
  actor: Actor | undefined,
  courseId: string,
  rows: readonly GradebookRow[],
): Promise<NamedRow[]> {
  const [users, sections] = await Promise.all([
    members.users(
      actor,
      rows.map(({ member }) => member),
    ),
    courses.sections(actor, courseId),
  ]);
  const nameOf = ({ sectionId }: CourseMember) => sections.find(({ id }) => id === sectionId)?.name ?? '';
  return rows.map((row, at) => ({
    ...row,
    name: users[at]?.name ?? '',
    email: users[at]?.email ?? '',
    section: nameOf(row.member),
  }));
}

/** Yields the file page by page, from the first page on. */
async function* csvOf(
  services: GradebookServices,
  actor: Actor | undefined,
  { courseId, sectionId, first }: { courseId: string; sectionId: string | undefined; first: Gradebook },
): AsyncGenerator<string> {
  // An assignment may be added, moved or deleted between two pages.
  const columns = first.assignments;
  yield toCsv([headerOf(services, actor, columns)]);
  for (let rows: Gradebook['rows'] | undefined = first.rows; rows;) {
    const page = rows.items.map(({ node }) => node);
    const lines = (await describe(services, actor, courseId, page)).map((row) => lineOf(row, columns));
    if (lines.length > 0) yield toCsv(lines, { isBeginning: false });
    const after = nextCursor(rows);
    rows =
      after === undefined
        ? undefined
        : (await services.grades.gradebook(actor, courseId, { first: PAGE_LIMIT, after, sectionId })).rows;
  }
}

function headerOf(
  services: GradebookServices,
  actor: Actor | undefined,
  columns: readonly Assignment[],
): string[] {
  const titles = columns.map(
    (assignment) => `${titleOf(services, actor, assignment)} (${assignment.points})`,
  );
  const possible = roundPoints(columns.reduce((sum, { points }) => sum + points, 0));
  return ['name', 'email', 'section', 'active', ...titles, `total (${possible})`];
}

function lineOf(
  { member, name, email, section, grades }: NamedRow,
  columns: readonly Assignment[],
): (string | number)[] {
  const byAssignment = new Map(grades.map((grade) => [grade?.assignmentId, grade?.points]));
  const points = columns.map(({ id }) => byAssignment.get(id));
  const total = roundPoints(points.reduce<number>((sum, each) => sum + (each ?? 0), 0));
  return [name, email, section, member.active ? 'yes' : 'no', ...points.map((each) => each ?? ''), total];
}

function titleOf(
  { labs }: GradebookServices,
  actor: Actor | undefined,
  { title, labSlug, labVersion }: Assignment,
): string {
  const lab = labs.find(actor, labSlug, labVersion);
  return title || (lab ? inLanguage(lab.title, undefined) : labSlug);
}

function rowAsJson({ member, name, email, section, grades, total }: NamedRow) {
  return {
    member: toGlobalId('CourseMember', member.id),
    user: toGlobalId('User', member.userId),
    name,
    email: email || null,
    section: section || null,
    active: member.active,
    grades: grades.map((grade) => (grade ? gradeAsJson(grade) : null)),
    total,
  };
}

function gradeAsJson({ assignmentId, points, workPoints, possible, given, updatedAt }: Grade) {
  return {
    assignment: toGlobalId('Assignment', assignmentId),
    points: points ?? null,
    workPoints: workPoints ?? null,
    possible,
    given: given ? { points: given.points, reason: given.reason, by: toGlobalId('User', given.byId) } : null,
    updatedAt,
  };
}
