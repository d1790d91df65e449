import { fault } from '../../../../src/core/errors.ts';
import type { EventBus } from '../../../../src/infra/bus/event-bus.ts';
import { requireActor } from '../../../../src/domains/identity/actor.ts';
import type { RaisedHand, StepFeedback } from '../../../../src/domains/courses/help/help.ts';
import type { GraphqlServices } from '../../../../src/api/graphql/services.ts';
import { assignment, course } from './course-services.ts';
import { pageOf } from './page-of.ts';
import { at } from './world.ts';

/** The raised hand of one learner, and feedback of the same one. */
export function createHelpService({ events }: { events: EventBus }): Pick<GraphqlServices, 'help'> {
  const of = { assignmentId: assignment.id, learnerId: 'owner' };
  let hand: RaisedHand | undefined;
  const feedback: StepFeedback[] = [];
  return {
    help: {
      async raise(actor, _, { stepId = '', note = '' }) {
        requireActor(actor, { scope: 'learn' });
        hand = {
          id: 'hand-1',
          ...of,
          stepId,
          note,
          raisedAt: at,
          loweredAt: undefined,
          loweredById: undefined,
        };
        await events.publish('course.activity', { courseId: course.id, kind: 'hand', id: hand.id });
        return hand;
      },
      async lower(actor, id) {
        requireActor(actor, { scope: 'learn' });
        if (hand?.id !== id || hand.loweredAt) return false;
        hand = { ...hand, loweredAt: at, loweredById: actor.userId };
        await events.publish('course.activity', { courseId: course.id, kind: 'hand', id });
        return true;
      },
      async hand(actor, id) {
        requireActor(actor, { scope: 'read' });
        return hand?.id === id ? hand : undefined;
      },
      async hands(actor, courseId, page) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        if (courseId !== course.id) throw fault('COURSE_NOT_FOUND');
        return pageOf(hand && !hand.loweredAt ? [hand] : [], page);
      },
      async mine(actor, ids) {
        requireActor(actor, { scope: 'read' });
        return ids.map(() => (actor.userId === 'owner' && !hand?.loweredAt ? hand : undefined));
      },
      async giveFeedback(actor, _, { stepId, kind, text = '' }) {
        requireActor(actor, { scope: 'learn' });
        const given = { id: `feedback-${feedback.length + 1}`, ...of, stepId, kind, text, createdAt: at };
        feedback.push(given);
        await events.publish('course.activity', { courseId: course.id, kind: 'feedback', id: given.id });
        return given;
      },
      async feedbackById(actor, id) {
        requireActor(actor, { scope: 'read' });
        return feedback.find((each) => each.id === id);
      },
      async feedback(actor, _, page) {
        requireActor(actor, { scope: 'read', role: 'instructor' });
        return pageOf(feedback, page);
      },
    },
  };
}
