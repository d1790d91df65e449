import { connection, given, pageOf } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import type {
  MutationResolvers,
  Resolvers,
  StartSessionInput,
  SubscriptionResolvers,
} from '../generated/resolver-types.ts';
import { learner } from '../identity/identity-resolvers.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Session } from '../../../domains/sessions/session.ts';
import { follow } from '../subscriptions/follow.ts';

/** One pending change is enough, because the session is read again for each change. */
const CHANGES_LIMIT = 1;

const sessionChanged = {
  resolve: (session: Session) => session,
  subscribe(_, { id }, context) {
    const sessionId = fromGlobalId('Session', id);
    const { sessions } = context.services;
    return follow<true, Session>(context, {
      limit: CHANGES_LIMIT,
      listen: (hint) =>
        context.events.listen('session.changed', (event) => {
          if (event.sessionId === sessionId) hint(true);
        }),
      first: async () => [await sessions.get(context.actor, sessionId)],
      async read() {
        try {
          return await sessions.get(context.actor, sessionId);
        } catch (error) {
          if (isFault(error, 'SESSION_NOT_FOUND')) return undefined;
          throw error;
        }
      },
    });
  },
} satisfies SubscriptionResolvers['sessionChanged'];

const sessionMutations = {
  async startSession(_, { input }, { services, actor }) {
    return { session: await services.sessions.start(actor, startOf(input)) };
  },

  async stopSession(_, { input }, { services, actor }) {
    const id = fromGlobalId('Session', input.session);
    return { session: await services.sessions.stop(actor, id) };
  },

  async restartSession(_, { input }, { services, actor }) {
    const id = fromGlobalId('Session', input.session);
    return { session: await services.sessions.restart(actor, id) };
  },

  async extendSession(_, { input }, { services, actor }) {
    const id = fromGlobalId('Session', input.session);
    return { session: await services.sessions.extend(actor, id, input.minutes) };
  },

  async deleteSession(_, { input: { session } }, { services, actor }) {
    const deleted = await services.sessions.delete(actor, fromGlobalId('Session', session));
    return { deletedId: deleted ? session : null };
  },

  async deleteMySessions(_, _args, { services, actor }) {
    const ids = await services.sessions.deleteAllMine(actor);
    return { deletedIds: ids.map((id) => toGlobalId('Session', id)) };
  },
} satisfies MutationResolvers;

function assignmentOf({
  assignment,
  selfStudy,
}: {
  assignment?: string | null | undefined;
  selfStudy: boolean;
}): string | null | undefined {
  if (assignment && selfStudy) {
    throw fault('INPUT_INVALID', { problem: 'Set only one of "assignment" and "selfStudy".' });
  }
  if (selfStudy) return null;
  return assignment ? fromGlobalId('Assignment', assignment) : undefined;
}

function startOf({ lab, assignment }: StartSessionInput) {
  if (lab && !assignment) return { lab };
  if (assignment && !lab) return { assignment: fromGlobalId('Assignment', assignment) };
  throw fault('INPUT_INVALID', { problem: 'Set exactly one of "lab" and "assignment".' });
}

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
    EARLIER_STARTS: 'earlier_starts',
    MEMORY: 'memory',
    DISK: 'disk',
    SESSION_LIMIT: 'session_limit',
    NETWORKS: 'networks',
    QUOTA: 'quota',
  },
  Session: {
    id: (session) => toGlobalId('Session', session.id),
    provisioning: (session) => session.progress,
    queue: ({ id, progress }, _, { loaders }) =>
      progress?.phase === 'queued' ? loaders.queuePosition(id) : null,
    lab: ({ labSlug, labVersion }, _, { loaders }) => loaders.lab(labSlug, labVersion),
    assignment: ({ assignmentId }, _, { loaders }) =>
      assignmentId === undefined ? null : loaders.assignment(assignmentId),
    run: ({ run }) => run || null,
    learner,
    machines: (session) => session.machines.map((machine) => ({ ...machine, session })),
    progress: ({ learnerId, labSlug, assignmentId, courseId, run }, _, { loaders }) =>
      loaders.lab(labSlug) && loaders.progress({ learnerId, lab: labSlug, assignmentId, courseId, run }),
    attempts: (session, args, { services, actor }) =>
      services.checks.listAttempts(actor, { sessionId: session.id }, pageOf(args)),
    terminals: (session, _, { services, actor }) => services.terminals.list(actor, session.id),
  },
  Machine: {
    address: ({ addresses }) => addresses[0]?.address ?? null,
    filesUrl: ({ name, session }, _, { urls }) => urls.files(toGlobalId('Session', session.id), name),
  },
  SessionConnection: connection,
  Query: {
    session: (_, { id }, { services, actor }) => services.sessions.get(actor, fromGlobalId('Session', id)),
    sessions: (_, args, { services, actor }) =>
      services.sessions.list(
        actor,
        {
          learnerId: args.learner ? fromGlobalId('User', args.learner) : undefined,
          lab: given(args.lab),
          assignmentId: assignmentOf(args),
          states: args.states ? [...args.states] : undefined,
        },
        pageOf(args),
      ),
  },
  Mutation: sessionMutations,
  Subscription: { sessionChanged },
} satisfies Resolvers;
