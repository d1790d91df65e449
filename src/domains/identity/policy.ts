import type { Actor, Scope } from './actor.ts';

/** What a user is in a course. Somebody may be an instructor of one course and a learner of another. */
export type CourseRole = 'instructor' | 'assistant' | 'learner' | 'observer';

/** A course as the policy sees it. */
export interface CourseResource {
  /** The actor's role in it; undefined if they are not an active member. */
  role: CourseRole | undefined;
  state: 'draft' | 'open' | 'archived';
}

/** The roles that may do each thing in a course. Admins may do everything. */
const rules = {
  /** See the course and its sections. */
  'course.read': ['instructor', 'assistant', 'observer', 'learner'],
  /** Change, archive and delete the course. */
  'course.change': ['instructor'],
  /** See who is in the course. */
  'members.read': ['instructor', 'assistant', 'observer'],
  /** Add, change and remove members, sections and invitations. */
  'members.change': ['instructor'],
  /** See the assignments that learners see. */
  'assignments.read': ['instructor', 'assistant', 'observer', 'learner'],
  /** See hidden assignments, and everybody's terms. */
  'assignments.inspect': ['instructor', 'assistant', 'observer'],
  /** Start sessions of assignments, and check their steps. Staff try them. */
  'assignments.work': ['instructor', 'assistant', 'learner'],
  /** Add, change and delete assignments. */
  'assignments.change': ['instructor'],
  /** See everybody's progress. */
  'progress.read': ['instructor', 'assistant', 'observer'],
  /** See everybody's grades. */
  'grades.read': ['instructor', 'assistant', 'observer'],
  /** Give points instead of those that the work has. */
  'grades.change': ['instructor', 'assistant'],
  /** See raised hands and feedback. */
  'help.read': ['instructor', 'assistant', 'observer'],
  /** Lower the raised hands of learners. */
  'help.answer': ['instructor', 'assistant'],
  /** Give members and sections other dates, more time and more attempts. */
  'overrides.change': ['instructor', 'assistant'],
} as const satisfies Record<string, readonly CourseRole[]>;

export type CourseAction = keyof typeof rules;

/** Actions that change nothing: they need the scope `read`, and are possible in an archived course. */
const reading: ReadonlySet<CourseAction> = new Set<CourseAction>([
  'course.read',
  'members.read',
  'assignments.read',
  'assignments.inspect',
  'progress.read',
  'grades.read',
  'help.read',
]);

/** Returns the scope that a credential needs for an action. */
export function scopeFor(action: CourseAction): Scope {
  if (action === 'assignments.work') return 'learn';
  return isReading(action) ? 'read' : 'manage';
}

/** Returns whether an action changes nothing. */
export function isReading(action: CourseAction): boolean {
  return reading.has(action);
}

/** All actions, for tests of the policy. */
export const courseActions = Object.keys(rules) as CourseAction[];

/** Roles that teach a course. They also see its drafts. */
export const staffRoles = ['instructor', 'assistant'] as const satisfies readonly CourseRole[];

/** Returns whether a role teaches. */
export function isStaff(role: CourseRole | undefined): boolean {
  return (staffRoles as readonly (CourseRole | undefined)[]).includes(role);
}

/** Returns what an action needs, for the message of a refusal, such as `the role "instructor" in this course`. */
export function neededFor(action: CourseAction): string {
  const roles = rules[action].map((role) => `"${role}"`);
  const last = roles.pop();
  return `the role ${roles.length > 0 ? `${roles.join(', ')} or ` : ''}${last} in this course`;
}

/** Returns whether somebody only tries assignments: staff, and admins who are not members. Their results do not count. */
export function onlyTries(role: CourseRole | undefined): boolean {
  return role === undefined || isStaff(role);
}

/**
 * Decides whether the actor may do something in a course: services ask it before they act. Roles count per course,
 * except that admins may do everything. Two stores have rules of roles in their queries: `work-access-store.ts` reads
 * whose work somebody may access (see `WorkAccess`), and `course-store.ts` lists drafts only for staff.
 */
export function can(actor: Pick<Actor, 'role'>, action: CourseAction, course: CourseResource): boolean {
  if (actor.role === 'admin') return true;
  const { role, state } = course;
  if (role === undefined) return false;
  // A draft is prepared by its staff; learners and observers see it once it is open.
  if (state === 'draft' && !isStaff(role)) return false;
  return (rules[action] as readonly CourseRole[]).includes(role);
}
