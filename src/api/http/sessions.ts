import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Session, SessionService } from '../../domains/sessions/session.ts';
import { fromGlobalId, toGlobalId } from '../shared/global-id.ts';
import { readBody, send } from './json.ts';

const newSession = z.union(
  [z.strictObject({ lab: z.string() }), z.strictObject({ assignment: z.string() })],
  'must be {"lab": …} or {"assignment": …}',
);

/** Registers the REST calls of sessions. */
export function addSessions(
  app: FastifyInstance,
  { sessions }: { sessions: Pick<SessionService, 'start' | 'get'> },
): void {
  app.post('/api/v1/sessions', async ({ actor, body }, reply) => {
    const input = readBody(newSession, body);
    const of = 'lab' in input ? input : { assignment: fromGlobalId('Assignment', input.assignment) };
    return send(reply.code(201), asJson(await sessions.start(actor, of)));
  });

  app.get<{ Params: { id: string } }>('/api/v1/sessions/:id', async ({ actor, params }, reply) =>
    send(reply, asJson(await sessions.get(actor, fromGlobalId('Session', params.id)))),
  );
}

/** Absent values are null, so that clients see all fields. */
function asJson(session: Session) {
  const { id, learnerId, labSlug, labVersion, assignmentId, run, state, reason } = session;
  return {
    id: toGlobalId('Session', id),
    learner: toGlobalId('User', learnerId),
    lab: labSlug,
    labVersion,
    assignment: assignmentId === undefined ? null : toGlobalId('Assignment', assignmentId),
    run: run || null,
    state,
    reason: reason ?? null,
    machines: session.machines.map(({ name }) => name),
    createdAt: session.createdAt,
    readyAt: session.readyAt ?? null,
    expiresAt: session.expiresAt,
    deadline: session.deadline ?? null,
    endedAt: session.endedAt ?? null,
  };
}
