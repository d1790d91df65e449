import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Database } from '../../infra/database/database.ts';
import type { Lab } from '../labs/lab.ts';
import type { People } from '../identity/user.ts';
import { createAssignmentAccess } from './assignment-access.ts';
import { createAssignmentLookup, createAssignmentRules } from './assignment-rules.ts';
import type { AssignmentRules } from './assignment-rules.ts';
import { createAssignmentService } from './assignment-service.ts';
import { createAssignmentStore } from './assignment-store.ts';
import type { AssignmentService } from './assignment.ts';
import { createCourseAccess } from './course-access.ts';
import { createCourseService } from './course-service.ts';
import { createCourseStore } from './course-store.ts';
import type { CourseService } from './course.ts';
import { createGradingAccess } from './grading-access.ts';
import type { GradingAccess } from './grading-access.ts';
import { createHelpService } from './help/help-service.ts';
import { createHelpStore } from './help/help-store.ts';
import type { HelpService } from './help/help.ts';
import { createInvitationService } from './invitation-service.ts';
import { createInvitationStore } from './invitation-store.ts';
import type { InvitationService } from './invitation.ts';
import { createMemberService } from './member-service.ts';
import { createMemberStore } from './member-store.ts';
import type { MemberService } from './member.ts';

export { lastTermsChange } from './assignment-edit-store.ts';

export interface Courses {
  courses: CourseService;
  assignments: AssignmentService;
  members: MemberService;
  invitations: InvitationService;
  help: HelpService;
  assignmentRules: AssignmentRules;
  /** Returns the courses of `ids` whose terminals are recorded. */
  recordedCourses(ids: readonly string[]): Promise<Set<string>>;
  grading: GradingAccess;
}

/** Creates the services of courses and their people. */
export function createCourses(options: {
  database: Database;
  people: People;
  /** Returns the labs of a collection in its order; none if there is no such collection. */
  labsOf: (collection: string) => string[];
  /** Returns a lab in a version, or in its present one. @throws LAB_NOT_FOUND, LAB_INVALID */
  labOf: (lab: string, version?: string) => Pick<Lab, 'version' | 'steps'>;
  /** Time zone of courses that set none. */
  timeZone: string;
  events: Pick<EventBus, 'publish'>;
  /** Called before a course is archived. */
  beforeArchive: (courseId: string) => Promise<void>;
  clock: Clock;
  log: Log;
}): Courses {
  const { database, people, labsOf, labOf, timeZone, events, clock, log } = options;
  const courses = createCourseStore({ database });
  const members = createMemberStore({ database });
  const assignments = createAssignmentStore({ database });
  const access = createCourseAccess({ courses });
  const assignmentAccess = createAssignmentAccess({ assignments, access });
  const lookUp = createAssignmentLookup({ assignments, courses });
  /** Publishes a change. Events are hints: if one is lost, sessions apply new terms when they are about to end. */
  function onChanged(courseId: string): void {
    events.publish('course.changed', { courseId }).catch((error: unknown) => {
      log.warn({ err: error, courseId }, 'course change not published');
    });
  }

  const onActivity = (activity: { courseId: string; kind: 'hand' | 'feedback'; id: string }) => {
    events.publish('course.activity', activity).catch((error: unknown) => {
      log.warn({ err: error, ...activity }, 'course activity not published');
    });
  };

  return {
    help: createHelpService({
      help: createHelpStore({ database }),
      courses,
      access,
      assignmentAccess,
      lookUp,
      labOf,
      onActivity,
      clock,
    }),
    courses: createCourseService({
      courses,
      assignments,
      access,
      labsOf,
      timeZone,
      onChanged,
      beforeArchive: options.beforeArchive,
      clock,
    }),
    assignments: createAssignmentService({
      assignments,
      courses,
      members,
      access,
      assignmentAccess,
      lookUp,
      labOf,
      onChanged,
      clock,
    }),
    members: createMemberService({ courses, members, access, people, onChanged, clock }),
    invitations: createInvitationService({
      courses,
      invitations: createInvitationStore({ database }),
      access,
      people,
      clock,
    }),
    assignmentRules: createAssignmentRules({ lookUp, assignments, people, clock }),
    recordedCourses: async (ids) =>
      new Set((await courses.findMany(ids)).flatMap(({ id, recorded }) => (recorded ? id : []))),
    grading: createGradingAccess({ assignments, courses, members, access, assignmentAccess, lookUp }),
  };
}
