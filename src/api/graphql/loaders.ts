import { batched } from '../../core/batched.ts';
import type { ProgressQuery } from '../../domains/checks/progress-reader.ts';
import type { LabProgress } from '../../domains/checks/results/attempt.ts';
import type { Assignment, AssignmentTerms } from '../../domains/courses/assignment.ts';
import type { Grade } from '../../domains/grades/grade.ts';
import type { RaisedHand } from '../../domains/courses/help/help.ts';
import type { CourseMember } from '../../domains/courses/member.ts';
import type { Course } from '../../domains/courses/course.ts';
import type { CourseRole } from '../../domains/identity/policy.ts';
import type { User } from '../../domains/identity/user.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import type { LabView } from '../../domains/labs/lab-view.ts';
import type { SavedState } from '../../domains/sessions/saves/saved-state.ts';
import type { QueuePosition } from '../../domains/sessions/session.ts';
import type { Session } from '../../domains/sessions/session.ts';
import type { Recording, TerminalsOf } from '../../domains/terminals/recordings/recording.ts';
import type { GraphqlServices } from './services.ts';

/** Batched reads by key. Resolvers of list elements use them instead of the services. */
export interface Loaders {
  user(id: string): Promise<User | undefined>;
  course(id: string): Promise<Course | undefined>;
  /** Returns somebody who has a part in a course whose members the actor may see. */
  memberUser(member: Pick<CourseMember, 'courseId' | 'userId'>): Promise<User | undefined>;
  assignment(id: string): Promise<Assignment | undefined>;
  /** Returns the actor's grade in an assignment. */
  grade(assignment: string): Promise<Grade | undefined>;
  /** Returns the hand that the actor has raised for an assignment. */
  hand(assignment: string): Promise<RaisedHand | undefined>;
  /** Returns what applies to the actor in an assignment. */
  terms(assignment: string): Promise<AssignmentTerms | undefined>;
  /** Returns the actor's role in a course. */
  courseRole(course: string): Promise<CourseRole | undefined>;
  /** Returns a lab in a version or in its present one, from memory. */
  lab(slug: string, version?: string): LabView | undefined;
  /** Returns the position of a session in the queue. */
  queuePosition(session: string): Promise<QueuePosition | undefined>;
  session(id: string): Promise<Session | undefined>;
  savedState(id: string): Promise<SavedState | undefined>;
  /** Returns the recording of a terminal. */
  recordingOf(terminal: string): Promise<Recording | undefined>;
  recordedContent(of: TerminalsOf): Promise<Recording['content'] | undefined>;
  progress(of: ProgressQuery): Promise<LabProgress>;
}

type LoaderServices = Pick<
  GraphqlServices,
  | 'users'
  | 'help'
  | 'grades'
  | 'courses'
  | 'members'
  | 'assignments'
  | 'labs'
  | 'sessions'
  | 'saves'
  | 'recordings'
  | 'checks'
>;

/**
 * Creates the loaders of one operation. They call `actor` for each batch, since the actor of a subscription can change.
 * Each loader is created at its first use, because most operations use none.
 */
export function createLoaders(services: LoaderServices, actor: () => Actor | undefined): Loaders {
  const made: Partial<Loaders> = {};
  return {
    user(id) {
      made.user ??= batched((ids) => services.users.getMany(actor(), ids));
      return made.user(id);
    },
    course(id) {
      made.course ??= batched((ids) => services.courses.getMany(actor(), ids));
      return made.course(id);
    },
    memberUser(member) {
      made.memberUser ??= batched((all) => services.members.users(actor(), all), {
        nameOf: ({ courseId, userId }) => `${courseId} ${userId}`,
      });
      return made.memberUser(member);
    },
    assignment(id) {
      made.assignment ??= batched((ids) => services.assignments.getMany(actor(), ids));
      return made.assignment(id);
    },
    grade(assignment) {
      made.grade ??= batched((ids) => services.grades.mine(actor(), ids));
      return made.grade(assignment);
    },
    hand(assignment) {
      made.hand ??= batched((ids) => services.help.mine(actor(), ids));
      return made.hand(assignment);
    },
    terms(assignment) {
      made.terms ??= batched((ids) => services.assignments.terms(actor(), ids));
      return made.terms(assignment);
    },
    courseRole(course) {
      made.courseRole ??= batched((ids) => services.courses.roles(actor(), ids));
      return made.courseRole(course);
    },
    lab: (slug, version) => services.labs.find(actor(), slug, version),
    session(id) {
      made.session ??= batched((ids) => services.sessions.getMany(actor(), ids));
      return made.session(id);
    },
    savedState(id) {
      made.savedState ??= batched((ids) => services.saves.getMany(actor(), ids));
      return made.savedState(id);
    },
    queuePosition(session) {
      made.queuePosition ??= batched((ids) => services.sessions.queuePositions(actor(), ids));
      return made.queuePosition(session);
    },
    recordingOf(terminal) {
      made.recordingOf ??= batched((ids) => services.recordings.ofTerminals(actor(), ids));
      return made.recordingOf(terminal);
    },
    recordedContent(of) {
      made.recordedContent ??= batched((all) => services.recordings.contents(actor(), all), {
        nameOf: ({ labSlug, labVersion, courseId }) => [labSlug, labVersion, courseId].join('/'),
      });
      return made.recordedContent(of);
    },
    progress(of) {
      made.progress ??= batched((all) => services.checks.progress(actor(), all), {
        nameOf: ({ learnerId, lab, assignmentId, run }) => [learnerId, lab, assignmentId, run].join('/'),
      });
      return made.progress(of);
    },
  };
}
