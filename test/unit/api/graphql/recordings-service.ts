import { fault } from '../../../../src/core/errors.ts';
import type { GraphqlServices } from '../../../../src/api/graphql/services.ts';
import { requireActor } from '../../../../src/domains/identity/actor.ts';
import { mayAccess } from './memory-work-access.ts';
import type { Recording } from '../../../../src/domains/terminals/recordings/recording.ts';
import { pageOf } from './page-of.ts';
import { at } from './world.ts';

export const recording: Recording = {
  id: 'recording-1',
  terminalId: 't1',
  sessionId: 'session-1',
  learnerId: 'owner',
  courseId: undefined,
  labSlug: 'linux-command-line',
  machine: 'main',
  openedById: 'owner',
  content: 'output',
  rows: 24,
  cols: 80,
  startedAt: at,
  endedAt: at,
  durationMs: 61_500,
  bytes: 20_000,
  storedBytes: 3_000,
  truncated: false,
};

/** One recording in memory, and one recorded collection. */
export function createRecordingService(calls: string[]): GraphqlServices['recordings'] {
  const collection = { collection: 'docker-basics', setById: 'admin', createdAt: at };
  return {
    async get(actor, id) {
      requireActor(actor, { scope: 'read' });
      if (id !== recording.id || !mayAccess(actor, recording.learnerId)) throw fault('RECORDING_NOT_FOUND');
      return recording;
    },
    async list(actor, _filter, page) {
      requireActor(actor, { scope: 'read' });
      return pageOf(mayAccess(actor, recording.learnerId) ? [recording] : [], page);
    },
    async ofTerminals(actor, ids) {
      calls.push(`recordings.ofTerminals ${ids.length}`);
      requireActor(actor, { scope: 'read' });
      return ids.map((id) => (id === recording.terminalId ? recording : undefined));
    },
    async delete(actor, id) {
      requireActor(actor, { scope: 'manage', role: 'instructor' });
      return id === recording.id;
    },
    async contents(actor, of) {
      calls.push(`recordings.contents ${of.length}`);
      requireActor(actor, { scope: 'read' });
      return of.map(({ courseId }) => (courseId === undefined ? undefined : 'output'));
    },
    async collections(actor) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      return [collection];
    },
    async recordCollection(actor) {
      requireActor(actor, { scope: 'manage', role: 'instructor' });
    },
    expiresAt: ({ endedAt }) => endedAt,
  };
}
