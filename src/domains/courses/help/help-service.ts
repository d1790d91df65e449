import { hasControlCharacter } from '../../../core/plain-text.ts';
import type { Clock } from '../../../core/clock.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import { pageWindow, toPage } from '../../../core/paging.ts';
import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import type { Lab } from '../../labs/lab.ts';
import type { AssignmentAccess } from '../assignment-access.ts';
import type { AssignmentLookup } from '../assignment-rules.ts';
import type { Assignment } from '../assignment.ts';
import type { CourseAccess } from '../course-access.ts';
import type { CourseStore } from '../course-store.ts';
import type { HelpStore } from './help-store.ts';
import type { HelpService } from './help.ts';

/** Longest note and feedback, in characters. */
const TEXT_LIMIT = 2_000;

export function createHelpService(options: {
  help: HelpStore;
  courses: CourseStore;
  access: CourseAccess;
  assignmentAccess: AssignmentAccess;
  lookUp: AssignmentLookup;
  /** Returns a lab in a version, or in its present one. @throws LAB_NOT_FOUND, LAB_INVALID */
  labOf: (lab: string, version?: string) => Pick<Lab, 'steps'>;
  /** Called when a hand was raised or lowered, or feedback was given. */
  onActivity: (activity: { courseId: string; kind: 'hand' | 'feedback'; id: string }) => void;
  clock: Clock;
}): HelpService {
  const { help, courses, access, assignmentAccess, lookUp, labOf, onActivity, clock } = options;

  /**
   * Requires a step of the present version of the lab, or of the version in the learner's newest session.
   * @throws STEP_NOT_FOUND, LAB_NOT_FOUND, LAB_INVALID
   */
  async function requireStep(
    { id, labSlug, labVersion }: Assignment,
    stepId: string,
    learnerId: string,
  ): Promise<void> {
    const isIn = (version?: string) => labOf(labSlug, version).steps.some((step) => step.id === stepId);
    if (isIn(labVersion)) return;
    const used = await help.usedVersion(id, learnerId);
    if (used === undefined || !isIn(used)) throw fault('STEP_NOT_FOUND', { lab: labSlug, step: stepId });
  }

  /**
   * Returns whether the actor may lower hands of a course, also of an archived one; false if these do not exist for
   * them. @throws FORBIDDEN
   */
  async function mayAnswer(actor: Actor, courseId: string): Promise<boolean> {
    try {
      const { may, demand } = await access.enter(actor, 'help.answer', courseId);
      if (!may('help.read')) return false;
      demand('help.answer', { archived: true });
      return true;
    } catch (error) {
      if (isFault(error, 'COURSE_NOT_FOUND')) return false;
      throw error;
    }
  }

  return {
    async raise(actor, assignmentId, { stepId = '', note = '' }) {
      const entered = await assignmentAccess(actor, 'assignments.work', assignmentId);
      if (stepId !== '') await requireStep(entered.assignment, stepId, entered.actor.userId);
      const raisedAt = clock.now();
      const hand = await help.raise({
        id: newId(raisedAt),
        assignmentId,
        learnerId: entered.actor.userId,
        stepId,
        note: readText(note),
        raisedAt,
        loweredAt: undefined,
        loweredById: undefined,
      });
      onActivity({ courseId: entered.course.id, kind: 'hand', id: hand.id });
      return hand;
    },

    async lower(actor, handId) {
      if (!actor) throw fault('UNAUTHENTICATED');
      const hand = await help.findHand(handId);
      if (!hand) return false;
      const { courseId } = hand;
      if (hand.learnerId === actor.userId) requireActor(actor, { scope: 'learn' });
      else if (!(await mayAnswer(actor, courseId))) return false;
      const lowered = await help.lower(handId, actor.userId, clock.now());
      if (lowered) onActivity({ courseId, kind: 'hand', id: handId });
      return lowered;
    },

    async hand(actor, handId) {
      requireActor(actor, { scope: 'read' });
      const hand = await help.findHand(handId);
      if (!hand) return undefined;
      await assignmentAccess(actor, 'help.read', hand.assignmentId);
      return hand;
    },

    async hands(actor, courseId, { sectionId, ...page }) {
      await access.require(actor, 'help.read', courseId);
      await courses.requireSection(courseId, sectionId);
      return toPage(await help.hands(courseId, pageWindow(page), { sectionId }), page);
    },

    async mine(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const seen = new Set((await lookUp(actor, ids)).flatMap((known) => known?.assignment.id ?? []));
      const hands = await help.handsOf(actor.userId, [...seen]);
      return ids.map((id) => hands.find(({ assignmentId }) => assignmentId === id));
    },

    async giveFeedback(actor, assignmentId, { stepId, kind, text = '' }) {
      const entered = await assignmentAccess(actor, 'assignments.work', assignmentId);
      await requireStep(entered.assignment, stepId, entered.actor.userId);
      const createdAt = clock.now();
      const feedback = await help.putFeedback({
        id: newId(createdAt),
        assignmentId,
        learnerId: entered.actor.userId,
        stepId,
        kind,
        text: readText(text),
        createdAt,
      });
      onActivity({ courseId: entered.course.id, kind: 'feedback', id: feedback.id });
      return feedback;
    },

    async feedback(actor, assignmentId, page) {
      await assignmentAccess(actor, 'help.read', assignmentId);
      return toPage(await help.feedback(assignmentId, pageWindow(page)), page);
    },

    async feedbackById(actor, feedbackId) {
      requireActor(actor, { scope: 'read' });
      const feedback = await help.findFeedback(feedbackId);
      if (!feedback) return undefined;
      await assignmentAccess(actor, 'help.read', feedback.assignmentId);
      return feedback;
    },
  };
}

/** @throws INPUT_INVALID */
function readText(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length <= TEXT_LIMIT && !hasControlCharacter(trimmed)) return trimmed;
  throw fault('INPUT_INVALID', {
    problem: `A text has at most ${TEXT_LIMIT} characters, and no control characters.`,
  });
}
