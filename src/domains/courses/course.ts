import type { Page, PageRequest } from '../../core/paging.ts';
import type { Actor } from '../identity/actor.ts';
import type { CourseRole } from '../identity/policy.ts';

export type CourseState = 'draft' | 'open' | 'archived';

/** A class: people who learn together for a period. */
export interface Course {
  id: string;
  title: string;
  /** The school's own code, such as "CS101"; empty for none. */
  code: string;
  /** The period, such as "Spring 2027"; empty for none. */
  term: string;
  /** IANA name of the time zone of its dates, such as "Asia/Seoul". */
  timeZone: string;
  state: CourseState;
  /** Short name of the collection of labs that it teaches, if any. */
  collection: string | undefined;
  /** Whether the output of terminals in its assignments is recorded. */
  recorded: boolean;
  createdById: string;
  createdAt: Date;
  updatedAt: Date;
}

/** A part of a course's learners, such as a lab group. */
export interface CourseSection {
  id: string;
  courseId: string;
  name: string;
}

/** What an instructor sets when creating a course. Absent texts are empty. */
export interface CourseInput {
  title: string;
  code?: string | undefined;
  term?: string | undefined;
  /** Default: the service's time zone. */
  timeZone?: string | undefined;
  /** Short name of a collection of labs. */
  collection?: string | undefined;
  /** Default: false. */
  recorded?: boolean | undefined;
  /** Default: draft. */
  state?: Exclude<CourseState, 'archived'> | undefined;
}

/** Values of a copy; absent ones are those of the course. */
export interface CourseCopy {
  title?: string | undefined;
  code?: string | undefined;
  term?: string | undefined;
  /** Days by which the dates of the assignments move. Default: 0. */
  shiftDays?: number | undefined;
}

/** Changes to a course; absent values stay. */
export interface CourseChange {
  title?: string | undefined;
  code?: string | undefined;
  term?: string | undefined;
  timeZone?: string | undefined;
  /** For terminals that are opened from then on. */
  recorded?: boolean | undefined;
  state?: CourseState | undefined;
}

/** Use cases of courses. Users may access the courses that they are active members of; admins may access all. */
export interface CourseService {
  /**
   * Creates a course, whose first instructor is the actor. With a collection, it has an assignment for each of its labs.
   * For instructors and admins.
   * @throws INPUT_INVALID, COLLECTION_NOT_FOUND
   */
  create(actor: Actor | undefined, input: CourseInput): Promise<Course>;
  /**
   * Copies a course with its assignments, for another term. The copy is a draft, and the actor its only member. Overrides,
   * sections and work are not copied. For instructors of the course who can create courses.
   * @throws COURSE_NOT_FOUND, FORBIDDEN, INPUT_INVALID
   */
  copy(actor: Actor | undefined, id: string, input: CourseCopy): Promise<Course>;
  /** @throws COURSE_NOT_FOUND */
  get(actor: Actor | undefined, id: string): Promise<Course>;
  /** Returns the courses with these ids; undefined for those that the actor cannot see. */
  getMany(actor: Actor | undefined, ids: readonly string[]): Promise<(Course | undefined)[]>;
  /** Lists the actor's courses, or all courses for an admin, newest first. */
  list(
    actor: Actor | undefined,
    filter: { state?: CourseState | undefined },
    page: PageRequest,
  ): Promise<Page<Course>>;
  /** Returns the actor's role in each course; undefined if they are not an active member. */
  roles(actor: Actor | undefined, ids: readonly string[]): Promise<(CourseRole | undefined)[]>;
  /** @throws COURSE_NOT_FOUND, FORBIDDEN, INPUT_INVALID, COURSE_ARCHIVED */
  update(actor: Actor | undefined, id: string, change: CourseChange): Promise<Course>;
  /**
   * Deletes a course with its members. Users stay. Returns false if there is no such course.
   * @throws FORBIDDEN, COURSE_HAS_WORK
   */
  delete(actor: Actor | undefined, id: string): Promise<boolean>;
  /** Lists the sections of a course by name. @throws COURSE_NOT_FOUND */
  sections(actor: Actor | undefined, courseId: string): Promise<CourseSection[]>;
  /** @throws COURSE_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, INPUT_INVALID, SECTION_NAME_TAKEN */
  createSection(actor: Actor | undefined, courseId: string, name: string): Promise<CourseSection>;
  /** @throws SECTION_NOT_FOUND, FORBIDDEN, COURSE_ARCHIVED, INPUT_INVALID, SECTION_NAME_TAKEN */
  renameSection(actor: Actor | undefined, id: string, name: string): Promise<CourseSection>;
  /** Deletes a section; its members stay in the course. Returns false if there is no such section. */
  deleteSection(actor: Actor | undefined, id: string): Promise<boolean>;
}
