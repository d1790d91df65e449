import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../infra/database/database.ts';
import type { People } from '../identity/user.ts';
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
  members: MemberService;
  invitations: InvitationService;
}

/** Creates the services of courses and their people. */
export function createCourses(options: {
  database: Database;
  people: People;
  /** Whether a lab of the catalogue belongs to this collection. */
  hasCollection: (name: string) => boolean;
  /** Time zone of courses that set none. */
  timeZone: string;
  clock: Clock;
}): Courses {
  const { database, people, hasCollection, timeZone, clock } = options;
  const courses = createCourseStore({ database });
  const members = createMemberStore({ database });
  const access = createCourseAccess({ courses });
  return {
    courses: createCourseService({ courses, access, hasCollection, timeZone, clock }),
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
