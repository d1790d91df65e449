import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { People } from '../identity/user.ts';
import { createAssignmentService } from './assignment-service.ts';
import { createAssignmentStore } from './assignment-store.ts';
import type { AssignmentService } from './assignment.ts';
import { createCourseAccess } from './course-access.ts';
import { createCourseService } from './course-service.ts';
import { createCourseStore } from './course-store.ts';
import type { CourseService } from './course.ts';
import { createInvitationService } from './invitation-service.ts';
import { createInvitationStore } from './invitation-store.ts';
import type { InvitationService } from './invitation.ts';
import { createMemberService } from './member-service.ts';
import { createMemberStore } from './member-store.ts';
import type { MemberService } from './member.ts';

export interface Courses {
  courses: CourseService;
  assignments: AssignmentService;
  members: MemberService;
  invitations: InvitationService;
}

/** Creates the services of courses and their people. */
export function createCourses(options: {
  database: Database;
  people: People;
  /** Returns the labs of a collection in its order; none if there is no such collection. */
  labsOf: (collection: string) => string[];
  /** Returns the present version of a lab. @throws LAB_NOT_FOUND */
  versionOf: (lab: string) => string;
  /** Time zone of courses that set none. */
  timeZone: string;
  clock: Clock;
}): Courses {
  const { database, people, labsOf, versionOf, timeZone, clock } = options;
  const courses = createCourseStore({ database });
  const members = createMemberStore({ database });
  const access = createCourseAccess({ courses });
  return {
    courses: createCourseService({ courses, access, labsOf, timeZone, clock }),
    assignments: createAssignmentService({
      assignments: createAssignmentStore({ database }),
      courses,
      members,
      access,
      versionOf,
      clock,
    }),
    members: createMemberService({ courses, members, access, people, clock }),
    invitations: createInvitationService({
      courses,
      invitations: createInvitationStore({ database }),
      access,
      people,
      clock,
    }),
  };
}
