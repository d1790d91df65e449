import type { Page, PageRequest } from '../../core/paging.ts';
import type { Actor } from '../identity/actor.ts';
import type { CourseRole } from '../identity/policy.ts';
import type { User } from '../identity/user.ts';

/** How somebody became a member. */
export type MembershipSource = 'manual' | 'csv' | 'invitation' | 'lms';

/** A user in a course. */
export interface CourseMember {
  id: string;
  courseId: string;
  userId: string;
  role: CourseRole;
  sectionId: string | undefined;
  /** An inactive member keeps all work, but has no access to the course. */
  active: boolean;
  source: MembershipSource;
  createdAt: Date;
}

/** Which members to list. */
export interface MemberFilter {
  role?: CourseRole | undefined;
  sectionId?: string | undefined;
  active?: boolean | undefined;
  /** Part of the name or the e-mail address, case-insensitive. */
  search?: string | undefined;
}

/** Which page of a course's people to read: of all, or of those in a section. */
export type SectionPageRequest = PageRequest & Pick<MemberFilter, 'sectionId'>;

/** A line of a roster that cannot be imported. */
export interface RosterProblem {
  /** From 1, as in an editor. */
  line: number;
  /** What is wrong and how to fix it. */
  message: string;
}

/** The result of an import, or of its preview. */
export interface RosterImport {
  /** Number of new members. */
  created: number;
  /** Number of members whose role or section changed. */
  updated: number;
  /** Number of members who stay as they are. */
  unchanged: number;
  errors: RosterProblem[];
}

/** Use cases of a course's members. Instructors change them; assistants and observers see them. */
export interface MemberService {
  /** Lists members, oldest first. @throws COURSE_NOT_FOUND, SECTION_NOT_FOUND, FORBIDDEN */
  list(
    actor: Actor | undefined,
    courseId: string,
    filter: MemberFilter,
    page: PageRequest,
  ): Promise<Page<CourseMember>>;
  /**
   * Adds a user, by default as a learner. Activates a member who is there already, with the role and section if given.
   * @throws COURSE_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, USER_NOT_FOUND, SECTION_NOT_FOUND, LAST_INSTRUCTOR
   */
  add(
    actor: Actor | undefined,
    courseId: string,
    input: { userId: string; role?: CourseRole | undefined; sectionId?: string | undefined },
  ): Promise<CourseMember>;
  /** @throws MEMBER_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, SECTION_NOT_FOUND, LAST_INSTRUCTOR */
  update(
    actor: Actor | undefined,
    id: string,
    change: {
      role?: CourseRole | undefined;
      /** Null for no section. */
      sectionId?: string | null | undefined;
      active?: boolean | undefined;
    },
  ): Promise<CourseMember>;
  /**
   * Removes a member. Their work stays with the user. Returns false if there is no such member.
   * @throws FORBIDDEN, COURSE_ARCHIVED, LAST_INSTRUCTOR
   */
  remove(actor: Actor | undefined, id: string): Promise<boolean>;
  /**
   * Returns users who have a part in a course, for batched loading; undefined for those that the actor may not see. The
   * caller has read them as members of the course, or from work in it.
   */
  users(
    actor: Actor | undefined,
    of: readonly Pick<CourseMember, 'courseId' | 'userId'>[],
  ): Promise<(User | undefined)[]>;
  /**
   * Imports a roster as CSV: a line with the columns, then a line for each member. Creates users with new e-mail
   * addresses as students, if the actor is an instructor of the installation, and sections with new names. Members keep
   * what the file leaves out. Importing the same file again changes nothing, and nobody is removed. Lines with problems
   * are left out.
   * @param readCsv reads the file. It is called if the actor may import, when few other imports run.
   * @param preview only reports what the import would do
   * @throws COURSE_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, RATE_LIMITED if another import of the actor runs, INPUT_INVALID
   * if no line can be read
   */
  importRoster(
    actor: Actor | undefined,
    courseId: string,
    readCsv: () => Promise<Buffer>,
    options?: { preview?: boolean | undefined },
  ): Promise<RosterImport>;
}
