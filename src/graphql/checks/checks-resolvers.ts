import { connection, given, pageOf } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../base/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import { learner } from '../identity/learner.ts';
import { checkFinished } from './check-finished.ts';

export const checksResolvers = {
  AttemptState: { RUNNING: 'running', FINISHED: 'finished', ERRORED: 'errored' },
  Attempt: {
    id: (attempt) => toGlobalId('Attempt', attempt.id),
    reason: ({ reasonCode, message }) => (reasonCode ? { code: reasonCode, message } : null),
    session: ({ sessionId }, _, { loaders }) => (sessionId ? loaders.session(sessionId) : null),
    learner,
    lab: (attempt, _, { loaders }) => loaders.lab(attempt.labSlug),
    step: ({ labSlug, stepId }, _, { loaders }) =>
      loaders.lab(labSlug)?.steps.find((step) => step.id === stepId),
  },
  StepProgress: { id: (progress) => progress.stepId },
  AttemptConnection: connection,
  Query: {
    attempt: (_, { id }, { services, actor }) => services.checks.get(actor, fromGlobalId('Attempt', id)),
    attempts: (_, args, { services, actor }) =>
      services.checks.listAttempts(
        actor,
        {
          sessionId: args.session ? fromGlobalId('Session', args.session) : undefined,
          learnerId: args.learner ? fromGlobalId('User', args.learner) : undefined,
          lab: given(args.lab),
          step: given(args.step),
        },
        pageOf(args),
      ),
  },
  Mutation: {
    async runCheck(_, { input }, { services, actor }) {
      const sessionId = fromGlobalId('Session', input.session);
      return { attempt: await services.checks.run(actor, { sessionId, stepId: input.step }) };
    },
  },
  Subscription: { checkFinished },
} satisfies Resolvers;
