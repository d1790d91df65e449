/**
 * Services in memory that behave like the real ones, for tests of the transport. The real ones have their own tests.
 */
import { fault } from '../../../../src/core/errors.ts';
import { requireActor } from '../../../../src/domains/identity/actor.ts';
import { mayAccess } from './memory-work-access.ts';
import type { Actor } from '../../../../src/domains/identity/actor.ts';
import type { User } from '../../../../src/domains/identity/user.ts';
import type { GraphqlServices } from '../../../../src/api/graphql/services.ts';
import type { Session } from '../../../../src/domains/sessions/session.ts';
import { pageOf } from './page-of.ts';
import { createCheckServices } from './check-services.ts';
import { createCourseServices } from './course-services.ts';
import { createGradeServices } from './grade-services.ts';
import { createHelpService } from './help-service.ts';
import { createLabServices } from './lab-services.ts';
import { createImageServices } from './image-services.ts';
import { savesOf } from './saves-service.ts';
import { createRecordingService } from './recordings-service.ts';
import { capacityService, quotaService } from './quotas.ts';
import { tokenService } from './tokens.ts';
import { at, lab } from './world.ts';
import type { World } from './world.ts';

export function createServices(world: World): GraphqlServices {
  const { users, sessions, terminals, calls, events, addSession, change } = world;

  function accessibleSession(actor: Actor | undefined, id: string): Session {
    requireActor(actor, { scope: 'read' });
    const session = sessions.get(id);
    if (!session || !mayAccess(actor, session.learnerId)) throw fault('SESSION_NOT_FOUND');
    return session;
  }

  const images = createImageServices(world);
  const services: GraphqlServices = {
    ...images,
    users: {
      viewer: async (actor) => actor && users.get(actor.userId),
      async get(actor, id) {
        requireActor(actor, { scope: 'read' });
        const user = mayAccess(actor, id) ? users.get(id) : undefined;
        if (!user) throw fault('USER_NOT_FOUND');
        return user;
      },
      async getMany(actor, ids) {
        calls.push(`users.getMany ${ids.length}`);
        requireActor(actor, { scope: 'read' });
        return ids.map((id) => (mayAccess(actor, id) ? users.get(id) : undefined));
      },
      async list(actor, _filter, page) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return pageOf([...users.values()], page);
      },
      async create(actor, input) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        const user = { id: input.name, disabledAt: undefined, createdAt: at, email: undefined, ...input };
        users.set(user.id, user);
        return user;
      },
      async update(actor, id, { disabled, ...given }) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        const before = users.get(id);
        if (!before) throw fault('USER_NOT_FOUND');
        const user: User = {
          ...before,
          name: given.name ?? before.name,
          email: given.email === undefined ? before.email : (given.email ?? undefined),
          role: given.role ?? before.role,
          disabledAt: disabled ? at : undefined,
        };
        users.set(id, user);
        return user;
      },
      async delete(actor, id) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        return users.delete(id);
      },
      async createSignInLink(actor) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        return { secret: 'link-secret', expiresAt: at };
      },
    },
    tokens: tokenService,
    ...createCourseServices(world),
    ...createGradeServices(),
    ...createHelpService(world),
    ...createLabServices(),
    pins: {
      async list(actor, slug) {
        requireActor(actor, { scope: 'read', role: 'admin' });
        if (slug !== lab.slug) throw fault('LAB_NOT_FOUND', { lab: slug });
        return [];
      },
      async repin(actor) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        return 2;
      },
    },
    warm: {
      async list(actor) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return [{ labSlug: lab.slug, ready: 2, creating: 1, wanted: 3 }];
      },
      async drain(actor, slug) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        if (slug !== lab.slug) throw fault('LAB_NOT_FOUND', { lab: slug });
        return 3;
      },
    },
    registry: {
      async get(actor) {
        requireActor(actor, { scope: 'read', role: 'admin' });
        return { address: '127.0.0.1:5000', images: [{ name: 'library/ubuntu', tags: ['24.04'] }] };
      },
      mirror: async (actor, { image }) => ({ ...(await images.images.pull(actor, image)), kind: 'mirror' }),
      async remove(actor, image) {
        requireActor(actor, { scope: 'manage', role: 'admin' });
        return image === 'ubuntu:24.04';
      },
    },
    sessions: {
      async start(actor, input) {
        requireActor(actor, { scope: 'learn' });
        if ('assignment' in input) throw fault('ASSIGNMENT_NOT_FOUND');
        if (input.lab !== lab.slug) throw fault('LAB_NOT_FOUND', { lab: input.lab });
        return addSession(actor.userId, { state: 'requested' });
      },
      get: async (actor, id) => accessibleSession(actor, id),
      async getMany(actor, ids) {
        calls.push(`sessions.getMany ${ids.length}`);
        requireActor(actor, { scope: 'read' });
        return ids.map((id) => {
          const session = sessions.get(id);
          return session && mayAccess(actor, session.learnerId) ? session : undefined;
        });
      },
      async list(actor, _filter, page) {
        calls.push('sessions.list');
        requireActor(actor, { scope: 'read' });
        return pageOf(
          [...sessions.values()].filter((each) => mayAccess(actor, each.learnerId)),
          page,
        );
      },
      async queuePositions(actor, ids) {
        calls.push(`sessions.queuePositions ${ids.length}`);
        requireActor(actor, { scope: 'read' });
        return ids.map((id, index) =>
          sessions.get(id)?.state === 'queued'
            ? { position: index + 1, waiting: ids.length, estimatedWaitSeconds: 90, reason: 'memory' }
            : undefined,
        );
      },
      stop: async (actor, id) => change(accessibleSession(actor, id).id, { state: 'ended', endedAt: at }),
      restart: async (actor, id) => change(accessibleSession(actor, id).id, { state: 'provisioning' }),
      extend: async (actor, id) => change(accessibleSession(actor, id).id, { expiresAt: at }),
      async delete(actor, id) {
        requireActor(actor, { scope: 'learn' });
        const session = sessions.get(id);
        if (!session || !mayAccess(actor, session.learnerId)) return false;
        await change(id, { state: 'ended' });
        sessions.delete(id);
        await events.publish('session.changed', {
          sessionId: id,
          learnerId: session.learnerId,
          generation: 99,
        });
        return true;
      },
      async deleteAllMine(actor) {
        requireActor(actor, { scope: 'learn' });
        const mine = [...sessions.values()].filter(({ learnerId }) => learnerId === actor.userId);
        for (const { id } of mine) sessions.delete(id);
        return mine.map(({ id }) => id);
      },
    },
    saves: savesOf(world, accessibleSession, pageOf),
    recordings: createRecordingService(calls),
    quotas: quotaService,
    engineCapacity: capacityService,
    terminals: {
      async open(actor, { sessionId, machine, rows, cols }) {
        accessibleSession(actor, sessionId);
        if (rows < 1 || cols < 1)
          throw fault('TERMINAL_SIZE_INVALID', { maxRows: 500, maxCols: 1000, rows, cols });
        const terminal = {
          id: `t${terminals.size + 1}`,
          sessionId,
          machine,
          openedById: actor?.userId ?? '',
          durable: false,
          createdAt: at,
          endedAt: undefined,
          exitCode: undefined,
        };
        terminals.set(terminal.id, terminal);
        return { terminal, ticket: 'ticket-1' };
      },
      async list(actor, sessionId) {
        accessibleSession(actor, sessionId);
        return [...terminals.values()].filter((terminal) => terminal.sessionId === sessionId);
      },
      async ticket(actor, id, role = 'owner') {
        const terminal = terminals.get(id);
        if (!terminal) throw fault('TERMINAL_NOT_FOUND');
        accessibleSession(actor, terminal.sessionId);
        return { terminal, role, ticket: 'ticket-2' };
      },
      async close(actor, id) {
        requireActor(actor, { scope: 'learn' });
        return terminals.delete(id);
      },
    },
    ...createCheckServices(world, accessibleSession),
    steps: {
      async enter(actor, { sessionId, stepId }) {
        accessibleSession(actor, sessionId);
        return { first: true, commands: [{ machine: 'main', command: `. /tmp/${stepId}` }] };
      },
    },
    previews: {
      async open(actor, target) {
        accessibleSession(actor, target.sessionId);
        return { target, label: this.label(target), secret: 'grant-1' };
      },
      label: ({ sessionId, machine, port }) => `${sessionId}-${machine}-${port}`,
      declared: ({ name }) => (name === 'main' ? [{ port: 8080, name: { en: 'Your web site' } }] : []),
    },
  };

  return services;
}
