import { isFault } from '../../../core/errors.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import { connection, given, pageOf, sectionPageOf } from '../base/connection.ts';
import type { GraphqlContext } from '../context.ts';
import type { CourseActivityModel as CourseActivity } from '../models.ts';
import type { Resolvers, SubscriptionResolvers } from '../generated/resolver-types.ts';
import type { Loaders } from '../loaders.ts';
import type { User } from '../../../domains/identity/user.ts';
import { follow, SKIPPED } from '../subscriptions/follow.ts';

/** Maximum number of events that a slow subscriber can be behind. All are in `hands`, `feedback` and `attempts`. */
const EVENTS_LIMIT = 256;

interface Hint {
  kind: 'hand' | 'feedback' | 'attempt';
  id: string;
}

const courseActivity = {
  resolve: (activity: CourseActivity) => activity,
  subscribe(_, { course }, context) {
    const courseId = fromGlobalId('Course', course);
    const requireStaff = () => context.services.help.hands(context.actor, courseId, { first: 1 });
    return follow<`${Hint['kind']} ${string}`, CourseActivity>(context, {
      limit: EVENTS_LIMIT,
      listen(hint) {
        const stops = [
          context.events.listen('course.activity', (event) => {
            if (event.courseId === courseId) hint(`${event.kind} ${event.id}`);
          }),
          context.events.listen('check.finished', (event) => {
            if (event.courseId === courseId) hint(`attempt ${event.attemptId}`);
          }),
        ];
        return () => {
          for (const stop of stops) stop();
        };
      },
      async first() {
        await requireStaff();
        return [];
      },
      async read(hint) {
        const [kind, id = ''] = hint.split(' ') as [Hint['kind'], string?];
        // Learners read their own attempts, but only staff follow a course.
        if (kind === 'attempt') await requireStaff();
        return await findActivity({ kind, id }, context);
      },
    });
  },
} satisfies SubscriptionResolvers['courseActivity'];

/** Returns the subject of an event. It may have been deleted meanwhile. */
async function findActivity(
  { kind, id }: Hint,
  { services, actor }: GraphqlContext,
): Promise<CourseActivity | typeof SKIPPED> {
  if (kind === 'hand') {
    const hand = await services.help.hand(actor, id);
    return hand ? { hand } : SKIPPED;
  }
  if (kind === 'attempt') {
    const attempt = await services.checks.get(actor, id).catch((error: unknown) => {
      // Observers see no attempts, and assistants not those of other staff.
      if (isFault(error, 'NOT_FOUND')) return undefined;
      throw error;
    });
    return attempt ? { attempt } : SKIPPED;
  }
  const feedback = await services.help.feedbackById(actor, id);
  return feedback ? { feedback } : SKIPPED;
}

/** Returns somebody who has a part in the course of an assignment. */
export async function personIn(
  assignmentId: string,
  userId: string,
  loaders: Loaders,
): Promise<User | undefined> {
  const assignment = await loaders.assignment(assignmentId);
  return assignment && loaders.memberUser({ courseId: assignment.courseId, userId });
}

export const helpResolvers = {
  FeedbackKind: { UNCLEAR: 'unclear', WRONG: 'wrong', TOO_HARD: 'too_hard', GOOD: 'good', OTHER: 'other' },
  RaisedHand: {
    id: ({ id }) => toGlobalId('RaisedHand', id),
    assignment: ({ assignmentId }, _, { loaders }) => loaders.assignment(assignmentId),
    learner: ({ assignmentId, learnerId }, _, { loaders }) => personIn(assignmentId, learnerId, loaders),
    stepId: ({ stepId }) => stepId || null,
  },
  StepFeedback: {
    id: ({ id }) => toGlobalId('StepFeedback', id),
    assignment: ({ assignmentId }, _, { loaders }) => loaders.assignment(assignmentId),
    learner: ({ assignmentId, learnerId }, _, { loaders }) => personIn(assignmentId, learnerId, loaders),
  },
  StepFeedbackConnection: connection,
  CourseActivity: {
    hand: (activity) => ('hand' in activity ? activity.hand : null),
    feedback: (activity) => ('feedback' in activity ? activity.feedback : null),
    attempt: (activity) => ('attempt' in activity ? activity.attempt : null),
  },
  RaisedHandConnection: connection,
  Course: {
    hands: ({ id }, args, { services, actor }) => services.help.hands(actor, id, sectionPageOf(args)),
  },
  Assignment: {
    hand: ({ id }, _, { loaders }) => loaders.hand(id),
    feedback: ({ id }, args, { services, actor }) => services.help.feedback(actor, id, pageOf(args)),
  },
  Mutation: {
    async raiseHand(_, { input: { assignment, step, note } }, { services, actor }) {
      const of = { stepId: given(step), note: given(note) };
      return { hand: await services.help.raise(actor, fromGlobalId('Assignment', assignment), of) };
    },
    async lowerHand(_, { input: { hand } }, { services, actor }) {
      const lowered = await services.help.lower(actor, fromGlobalId('RaisedHand', hand));
      return { loweredId: lowered ? hand : null };
    },
    async giveFeedback(_, { input: { assignment, step, kind, text } }, { services, actor }) {
      const of = { stepId: step, kind, text: given(text) };
      return {
        feedback: await services.help.giveFeedback(actor, fromGlobalId('Assignment', assignment), of),
      };
    },
  },
  Subscription: { courseActivity },
} satisfies Resolvers;
