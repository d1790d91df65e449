import type { Attempt } from '../../../domains/checks/results/attempt.ts';
import { evidenceOf } from '../../../domains/checks/results/step-verdict.ts';
import { inLanguage } from '../../../domains/labs/localized-text.ts';
import { isFault } from '../../../core/errors.ts';
import { connection, given, pageOf } from '../base/connection.ts';
import { details } from '../errors.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import type { Resolvers, SubscriptionResolvers } from '../generated/resolver-types.ts';
import { learner } from '../identity/identity-resolvers.ts';
import { follow } from '../subscriptions/follow.ts';
import type { GraphqlContext } from '../context.ts';

/**
 * Maximum number of attempts that a slow subscriber can be behind: more than a lab has steps. Older ones are in
 * `attempts`.
 */
const ATTEMPTS_LIMIT = 64;

const checkFinished = {
  resolve: (attempt: Attempt) => attempt,
  subscribe(_, { session }, context) {
    const sessionId = fromGlobalId('Session', session);
    const { sessions } = context.services;
    return follow<string, Attempt>(context, {
      limit: ATTEMPTS_LIMIT,
      listen: (hint) =>
        context.events.listen('check.finished', (event) => {
          if (event.sessionId === sessionId) hint(event.attemptId);
        }),
      async first() {
        await sessions.get(context.actor, sessionId);
        return [];
      },
      read: (attemptId) => findAttempt(attemptId, context),
    });
  },
} satisfies SubscriptionResolvers['checkFinished'];

function reason({ state, finding, message }: Pick<Attempt, 'state' | 'finding' | 'message'>) {
  return state === 'errored' && finding ? { ...finding, message } : null;
}

export const checksResolvers = {
  AttemptState: { RUNNING: 'running', FINISHED: 'finished', ERRORED: 'errored' },
  Attempt: {
    id: (attempt) => toGlobalId('Attempt', attempt.id),
    output: evidenceOf,
    exitCode: ({ verdicts }) => (verdicts.length === 1 ? verdicts[0]?.exitCode : null),
    reason,
    session: ({ sessionId }, _, { loaders }) => (sessionId ? loaders.session(sessionId) : null),
    assignment: ({ assignmentId }, _, { loaders }) =>
      assignmentId === undefined ? null : loaders.assignment(assignmentId),
    run: ({ run }) => run || null,
    learner,
    lab: ({ labSlug, labVersion }, _, { loaders }) => loaders.lab(labSlug, labVersion),
    step: ({ labSlug, labVersion, stepId }, _, { loaders }) =>
      loaders.lab(labSlug, labVersion)?.steps.find((step) => step.id === stepId),
  },
  CheckVerdict: {
    id: ({ checkId }) => checkId,
    reason,
    explanation: ({ explanation }, { language }) => explanation && inLanguage(explanation, language),
  },
  Finding: { details },
  StepProgress: { id: (progress) => progress.stepId },
  RevealedHint: { text: ({ text }, { language }) => inLanguage(text, language) },
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
          assignmentId: args.assignment ? fromGlobalId('Assignment', args.assignment) : undefined,
        },
        pageOf(args),
      ),
  },
  Mutation: {
    async runCheck(_, { input }, { services, actor }) {
      const sessionId = fromGlobalId('Session', input.session);
      const answers = (input.answers ?? []).map(({ check, options, text }) => ({
        checkId: check,
        options: given(options),
        text: given(text),
      }));
      const { step: stepId, poll, language } = input;
      const run = { sessionId, stepId, answers, poll, language: given(language) };
      return { attempt: await services.checks.run(actor, run) };
    },
    async revealHint(_, { input: { session, step, hint } }, { services, actor }) {
      const sessionId = fromGlobalId('Session', session);
      return { hint: await services.hints.reveal(actor, { sessionId, stepId: step, hintId: hint }) };
    },
  },
  Subscription: { checkFinished },
} satisfies Resolvers;

/** Returns the attempt; undefined if it does not exist or the actor cannot access it. */
export async function findAttempt(
  id: string,
  { services, actor }: GraphqlContext,
): Promise<Attempt | undefined> {
  try {
    return await services.checks.get(actor, id);
  } catch (error) {
    if (isFault(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}
