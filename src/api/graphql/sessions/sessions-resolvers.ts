import { connection, given, pageOf } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../base/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import { learner } from '../identity/learner.ts';
import { sessionChanged } from './session-changed.ts';
import { sessionMutations } from './session-mutations.ts';

export const sessionsResolvers = {
  SessionState: {
    REQUESTED: 'requested',
    QUEUED: 'queued',
    PROVISIONING: 'provisioning',
    READY: 'ready',
    SAVING: 'saving',
    SAVED: 'saved',
    STOPPING: 'stopping',
    ENDED: 'ended',
    FAILED: 'failed',
    UNREACHABLE: 'unreachable',
  },
  ProvisioningPhase: {
    QUEUED: 'queued',
    PULLING: 'pulling',
    CREATING: 'creating',
    STARTING: 'starting',
    PREPARING: 'preparing',
  },
  QueueReason: {
    TURN: 'turn',
    MEMORY: 'memory',
    DISK: 'disk',
    PLACES: 'places',
    NETWORKS: 'networks',
    QUOTA: 'quota',
  },
  Session: {
    id: (session) => toGlobalId('Session', session.id),
    provisioning: (session) => session.progress,
    queue: ({ id, progress }, _, { loaders }) => (progress?.phase === 'queued' ? loaders.place(id) : null),
    lab: (session, _, { loaders }) => loaders.lab(session.labSlug),
    learner,
    machines: (session) => session.machines.map((machine) => ({ ...machine, session })),
    progress: ({ learnerId, labSlug }, _, { loaders }) =>
      loaders.lab(labSlug) && loaders.progress({ learnerId, lab: labSlug }),
    attempts: (session, args, { services, actor }) =>
      services.checks.listAttempts(actor, { sessionId: session.id }, pageOf(args)),
    terminals: (session, _, { services, actor }) => services.terminals.list(actor, session.id),
  },
  Machine: { address: ({ addresses }) => addresses[0]?.address ?? null },
  SessionConnection: connection,
  Query: {
    session: (_, { id }, { services, actor }) => services.sessions.get(actor, fromGlobalId('Session', id)),
    sessions: (_, args, { services, actor }) =>
      services.sessions.list(
        actor,
        {
          learnerId: args.learner ? fromGlobalId('User', args.learner) : undefined,
          lab: given(args.lab),
          states: args.states ? [...args.states] : undefined,
        },
        pageOf(args),
      ),
  },
  Mutation: sessionMutations,
  Subscription: { sessionChanged },
} satisfies Resolvers;
