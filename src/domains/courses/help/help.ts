import type { Page, PageRequest } from '../../../core/paging.ts';
import type { SectionPageRequest } from '../member.ts';
import type { Actor } from '../../identity/actor.ts';

/** A learner's request for help with an assignment. */
export interface RaisedHand {
  id: string;
  assignmentId: string;
  learnerId: string;
  /** The step that it is about; empty for the whole assignment. */
  stepId: string;
  /** The learner's words; may be empty. */
  note: string;
  raisedAt: Date;
  /** When somebody lowered it; undefined while it is raised. */
  loweredAt: Date | undefined;
  loweredById: string | undefined;
}

/** What a learner thinks of a step. */
export type FeedbackKind = 'unclear' | 'wrong' | 'too_hard' | 'good' | 'other';

/** A learner's feedback on a step. */
export interface StepFeedback {
  id: string;
  assignmentId: string;
  learnerId: string;
  stepId: string;
  kind: FeedbackKind;
  text: string;
  createdAt: Date;
}

/** Use cases of learners who need help, and of the staff who give it. */
export interface HelpService {
  /**
   * Raises the actor's hand for an assignment. A hand that is raised already stays, with the new step and note.
   * @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, INPUT_INVALID
   */
  raise(
    actor: Actor | undefined,
    assignmentId: string,
    input: { stepId?: string | undefined; note?: string | undefined },
  ): Promise<RaisedHand>;
  /** Lowers a hand: its learner or staff of the course may, whatever its state. Returns false if it is not raised. */
  lower(actor: Actor | undefined, handId: string): Promise<boolean>;
  /**
   * Lists the hands that members of a course, or of a section, have raised, the longest raised first.
   * @throws COURSE_NOT_FOUND, SECTION_NOT_FOUND, FORBIDDEN
   */
  hands(actor: Actor | undefined, courseId: string, page: SectionPageRequest): Promise<Page<RaisedHand>>;
  /** Returns a hand; undefined if it was deleted. @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN */
  hand(actor: Actor | undefined, handId: string): Promise<RaisedHand | undefined>;
  /** Returns the actor's raised hands for assignments, for batched loading. */
  mine(actor: Actor | undefined, assignmentIds: readonly string[]): Promise<(RaisedHand | undefined)[]>;
  /**
   * Stores the actor's feedback on a step. It replaces an earlier one.
   * @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, INPUT_INVALID
   */
  giveFeedback(
    actor: Actor | undefined,
    assignmentId: string,
    input: { stepId: string; kind: FeedbackKind; text?: string | undefined },
  ): Promise<StepFeedback>;
  /** Returns feedback; undefined if it was deleted. @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN */
  feedbackById(actor: Actor | undefined, feedbackId: string): Promise<StepFeedback | undefined>;
  /** Lists the feedback on an assignment, newest first. @throws ASSIGNMENT_NOT_FOUND, FORBIDDEN */
  feedback(actor: Actor | undefined, assignmentId: string, page: PageRequest): Promise<Page<StepFeedback>>;
}
