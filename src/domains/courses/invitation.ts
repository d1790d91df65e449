import type { Actor } from '../identity/actor.ts';
import type { CourseRole } from '../identity/policy.ts';
import type { Course } from './course.ts';
import type { CourseMember } from './member.ts';

/** A link by which signed-in users become members of a course. */
export interface CourseInvitation {
  id: string;
  courseId: string;
  role: CourseRole;
  sectionId: string | undefined;
  /** Number of users who may join; undefined for any number. */
  seats: number | undefined;
  /** Number of users who have joined. */
  used: number;
  /** Domain of the e-mail addresses that may join, such as "example.org"; undefined for any. */
  emailDomain: string | undefined;
  createdById: string;
  createdAt: Date;
  expiresAt: Date;
  revokedAt: Date | undefined;
}

/** Use cases of invitations. Instructors create and revoke them. */
export interface InvitationService {
  /**
   * Creates an invitation. Only this answer has the secret.
   * @throws COURSE_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, SECTION_NOT_FOUND, INPUT_INVALID
   */
  create(
    actor: Actor | undefined,
    courseId: string,
    input: {
      role: CourseRole;
      sectionId?: string | undefined;
      seats?: number | undefined;
      emailDomain?: string | undefined;
      expiresAt: Date;
    },
  ): Promise<{ invitation: CourseInvitation; secret: string }>;
  /** Lists all invitations of a course, newest first. @throws COURSE_NOT_FOUND, FORBIDDEN */
  list(actor: Actor | undefined, courseId: string): Promise<CourseInvitation[]>;
  /** Revokes an invitation. Members who joined by it stay. Returns false if there is no such invitation. */
  revoke(actor: Actor | undefined, id: string): Promise<boolean>;
  /**
   * Makes the actor a member by the secret of an invitation. A member stays as they are, and uses no seat.
   * @throws INVITATION_INVALID, INVITATION_FULL, INVITATION_EMAIL, COURSE_ARCHIVED, COURSE_NOT_OPEN if the role cannot
   * see the draft, MEMBERSHIP_INACTIVE
   */
  join(actor: Actor | undefined, secret: string): Promise<{ course: Course; member: CourseMember }>;
}
