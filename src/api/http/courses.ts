import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { fault } from '../../core/errors.ts';
import type { Assignment, AssignmentService } from '../../domains/courses/assignment.ts';
import type { Course, CourseService } from '../../domains/courses/course.ts';
import type { MemberService } from '../../domains/courses/member.ts';
import { fromGlobalId, toGlobalId } from '../shared/global-id.ts';
import { lingering } from '../shared/files-stream.ts';
import { readBody, readFlag, send } from './json.ts';
import { limitedBody } from './tar-uploads.ts';

/** Largest roster, in bytes: 10,000 lines of 100 characters. */
const ROSTER_LIMIT_BYTES = 1024 * 1024;

const newCourse = z.strictObject({
  title: z.string(),
  code: z.string().optional(),
  term: z.string().optional(),
  timeZone: z.string().optional(),
  collection: z.string().optional(),
  recorded: z.boolean().optional(),
  state: z.enum(['draft', 'open']).optional(),
});

const date = z.string().nullable().optional();

const assignmentChange = z.strictObject({
  title: z.string().optional(),
  visible: z.boolean().optional(),
  gradesVisible: z.boolean().optional(),
  pinned: z.boolean().optional(),
  opensAt: date,
  dueAt: date,
  closesAt: date,
  points: z.number().optional(),
  attempts: z.number().nullable().optional(),
  counts: z.enum(['best', 'last']).optional(),
  latePercentPerDay: z.number().optional(),
  lateFloorPercent: z.number().optional(),
  graceMinutes: z.number().optional(),
  timeLimitMinutes: z.number().nullable().optional(),
  position: z.number().optional(),
  reason: z.string().optional(),
});

/** A path with the id of a course or an assignment. */
interface WithId {
  Params: { id: string };
  Querystring: { preview?: unknown };
}

/**
 * Registers the REST calls of courses. `POST /api/v1/courses/:id/members/import` imports the CSV in its body, or with
 * `?preview=true` only reports what it would do. Lists are `{ items, next }`.
 */
export async function addCourses(
  app: FastifyInstance,
  services: {
    courses: Pick<CourseService, 'create' | 'get'>;
    members: Pick<MemberService, 'importRoster'>;
    assignments: Pick<AssignmentService, 'list' | 'get' | 'update'>;
  },
): Promise<void> {
  const { courses, members, assignments } = services;

  app.post('/api/v1/courses', async ({ actor, body }, reply) => {
    const course = await courses.create(actor, readBody(newCourse, body));
    return send(reply.code(201), asJson(course));
  });

  app.get<WithId>('/api/v1/courses/:id', async ({ actor, params }, reply) =>
    send(reply, asJson(await courses.get(actor, fromGlobalId('Course', params.id)))),
  );

  app.get<WithId>('/api/v1/courses/:id/assignments', async ({ actor, params }, reply) => {
    const items = await assignments.list(actor, fromGlobalId('Course', params.id));
    return send(reply, { items: items.map(assignmentAsJson), next: null });
  });

  app.get<WithId>('/api/v1/assignments/:id', async ({ actor, params }, reply) =>
    send(reply, assignmentAsJson(await assignments.get(actor, fromGlobalId('Assignment', params.id)))),
  );

  app.patch<WithId>('/api/v1/assignments/:id', async ({ actor, params, body }, reply) => {
    const id = fromGlobalId('Assignment', params.id);
    const { reason, ...change } = readBody(assignmentChange, body);
    return send(reply, assignmentAsJson(await assignments.update(actor, id, change, reason)));
  });

  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // Read by the handler, which keeps the connection open until the client has the response.
    scope.addContentTypeParser('text/csv', (_request, body, done) => done(null, body));
    const route = { bodyLimit: ROSTER_LIMIT_BYTES };
    scope.post<WithId>('/api/v1/courses/:id/members/import', route, async (request, reply) => {
      const { actor, params, query, body } = request;
      if (!body) throw fault('INPUT_INVALID', { problem: 'Send the roster as text/csv.' });
      const preview = readFlag('preview', query.preview);
      const id = fromGlobalId('Course', params.id);
      const roster = limitedBody(body as Readable, ROSTER_LIMIT_BYTES);
      const imported = await lingering(request, () =>
        members
          .importRoster(actor, id, () => buffer(roster), { preview })
          // Of a refused request it is never read, so nothing may wait for its bytes.
          .finally(() => roster.destroy()),
      );
      return send(reply, imported);
    });
  });
}

function asJson({ id, createdById, ...course }: Course) {
  return {
    id: toGlobalId('Course', id),
    ...course,
    collection: course.collection ?? null,
    createdBy: toGlobalId('User', createdById),
  };
}

/** Absent values are null, so that clients see all fields. */
function assignmentAsJson({ id, courseId, labSlug, labVersion, ...terms }: Assignment) {
  return {
    id: toGlobalId('Assignment', id),
    course: toGlobalId('Course', courseId),
    lab: labSlug,
    labVersion: labVersion ?? null,
    ...terms,
    opensAt: terms.opensAt ?? null,
    dueAt: terms.dueAt ?? null,
    closesAt: terms.closesAt ?? null,
    attempts: terms.attempts ?? null,
    timeLimitMinutes: terms.timeLimitMinutes ?? null,
  };
}
