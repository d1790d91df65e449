import type { FastifyInstance } from 'fastify';
import { nextCursor, PAGE_LIMIT } from '../../core/paging.ts';
import type { CheckService } from '../../domains/checks/check-service.ts';
import type { Attempt } from '../../domains/checks/results/attempt.ts';
import type { AssignmentService } from '../../domains/courses/assignment.ts';
import type { MemberService } from '../../domains/courses/member.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import { fromGlobalId, toGlobalId } from '../shared/global-id.ts';
import { prefersCsv, toCsv } from './csv.ts';
import type { CsvDownloads } from './csv.ts';
import { pageQuery, readQuery, send } from './json.ts';

interface AttemptServices {
  assignments: Pick<AssignmentService, 'get'>;
  checks: Pick<CheckService, 'listAttempts'>;
  members: Pick<MemberService, 'users'>;
  csvDownloads: CsvDownloads;
}

const columns = [
  'started',
  'finished',
  'name',
  'email',
  'step',
  'run',
  'state',
  'passed',
  'score',
  'message',
];

/**
 * Registers `GET /api/v1/assignments/:id/attempts`: the attempts at an assignment that the user may see, newest first. With
 * `Accept: text/csv`, the response is all of them as CSV, for spreadsheets; otherwise a page as JSON, of `limit` attempts
 * after the cursor `after`.
 */
export function addAttempts(app: FastifyInstance, services: AttemptServices): void {
  app.get<{ Params: { id: string } }>('/api/v1/assignments/:id/attempts', async (request, reply) => {
    const { actor, params, query, headers } = request;
    const assignmentId = fromGlobalId('Assignment', params.id);
    const { courseId } = await services.assignments.get(actor, assignmentId);
    // The same address has two representations.
    void reply.header('vary', 'accept');
    if (prefersCsv(headers)) {
      return services.csvDownloads.send(reply, { actor, name: 'attempts.csv' }, async () => {
        const first = await services.checks.listAttempts(actor, { assignmentId }, { first: PAGE_LIMIT });
        return csvOf(services, actor, { assignmentId, courseId, first });
      });
    }
    const { limit, after } = readQuery(pageQuery, query);
    const page = await services.checks.listAttempts(actor, { assignmentId }, { first: limit, after });
    return send(reply, {
      items: page.items.map(({ node }) => asJson(node)),
      next: nextCursor(page) ?? null,
    });
  });
}

type AttemptPage = Awaited<ReturnType<CheckService['listAttempts']>>;

/** Yields the file page by page, from the first page on: a course may have many attempts. */
async function* csvOf(
  { checks, members }: AttemptServices,
  actor: Actor | undefined,
  { assignmentId, courseId, first }: { assignmentId: string; courseId: string; first: AttemptPage },
): AsyncGenerator<string> {
  yield toCsv([columns]);
  for (let page: AttemptPage | undefined = first; page;) {
    const attempts = page.items.map(({ node }) => node);
    const users = await members.users(
      actor,
      attempts.map(({ learnerId }) => ({ courseId, userId: learnerId })),
    );
    const lines = attempts.map((attempt, at) => {
      const { startedAt, finishedAt, stepId, run, state, passed, score, message } = attempt;
      const { name = '', email = '' } = users[at] ?? {};
      const times = [startedAt.toISOString(), finishedAt?.toISOString() ?? ''];
      return [...times, name, email, stepId, run || '', state, passed ? 'yes' : 'no', score, message];
    });
    if (lines.length > 0) yield toCsv(lines, { isBeginning: false });
    const after = nextCursor(page);
    page =
      after === undefined
        ? undefined
        : await checks.listAttempts(actor, { assignmentId }, { first: PAGE_LIMIT, after });
  }
}

/** Absent values are null, so that clients see all fields. */
function asJson({
  id,
  learnerId,
  stepId,
  run,
  state,
  passed,
  score,
  message,
  startedAt,
  finishedAt,
}: Attempt) {
  return {
    id: toGlobalId('Attempt', id),
    learner: toGlobalId('User', learnerId),
    step: stepId,
    run: run || null,
    state,
    passed,
    score,
    message,
    startedAt,
    finishedAt: finishedAt ?? null,
  };
}
