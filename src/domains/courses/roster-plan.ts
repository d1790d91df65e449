import { isFault } from '../../core/errors.ts';
import { readEmail, readName } from '../identity/user.ts';
import type { User } from '../identity/user.ts';
import type { CourseRole } from '../identity/policy.ts';
import { readLine } from './course-input.ts';
import type { CourseMember, RosterProblem } from './member.ts';
import type { RosterLine } from './roster-csv.ts';

/** What an import of a roster does. It is computed before anything changes, so a preview reports the same. */
export interface RosterPlan {
  /** Users to create, by e-mail address. */
  newUsers: { name: string; email: string }[];
  /** Names of sections to create. */
  newSections: string[];
  /** Members to add. */
  added: PlannedMember[];
  /** Members to change. */
  changed: PlannedMember[];
  unchanged: number;
  problems: RosterProblem[];
}

/** A member after the import. */
export interface PlannedMember {
  line: number;
  email: string;
  role: CourseRole;
  /** Name of the section; undefined to leave it. */
  section: string | undefined;
}

/** What the course and the service have before the import. */
interface Present {
  /** Users with an address of the roster. */
  users: readonly User[];
  /** All instructors of the course, and the members among the users. */
  members: readonly CourseMember[];
  /** Ids of the course's sections, by name. */
  sections: ReadonlyMap<string, string>;
  sectionLimit: number;
  /** Whether the actor may create users. */
  mayCreate: boolean;
}

/** Returns the e-mail addresses of a roster in their stored form, for finding its users. */
export function addressesOf(lines: readonly RosterLine[]): string[] {
  return lines.flatMap(({ email }) => {
    const read = attempt(() => readEmail(email));
    return 'value' in read ? [read.value] : [];
  });
}

/** Decides what to do with each line. */
export function planRoster(lines: readonly RosterLine[], present: Present): RosterPlan {
  const users = new Map(present.users.map((user) => [user.email, user]));
  const members = new Map(present.members.map((member) => [member.userId, member]));
  const plan: RosterPlan = {
    newUsers: [],
    newSections: [],
    added: [],
    changed: [],
    unchanged: 0,
    problems: [],
  };
  const seen = new Map<string, number>();
  const sections = new Set(present.sections.keys());

  for (const { line, name, ...written } of lines) {
    const read = attempt(() => ({
      email: readEmail(written.email),
      section: written.section === undefined ? undefined : readLine('A section', written.section),
    }));
    const problem = (message: string) => void plan.problems.push({ line, message });
    if ('problem' in read) {
      problem(read.problem);
      continue;
    }
    const { email, section } = read.value;
    const earlier = seen.get(email);
    if (earlier !== undefined) {
      problem(`The address ${email} is in line ${earlier} already.`);
      continue;
    }
    seen.set(email, line);
    const user = users.get(email);
    if (!user && !present.mayCreate) {
      problem(`Nobody has the address ${email}. Ask an admin to create an account.`);
      continue;
    }
    const named = user ? { value: user.name } : attempt(() => readName(name ?? ''));
    if ('problem' in named) {
      problem(`${email} is new, so a name is needed. ${named.problem}`);
      continue;
    }
    const member = user && members.get(user.id);
    if (member && !member.active) {
      problem(`${email} is an inactive member. Activate them first.`);
      continue;
    }
    if (section !== undefined && !sections.has(section)) {
      if (sections.size >= present.sectionLimit) {
        problem(`A course has at most ${present.sectionLimit} sections.`);
        continue;
      }
      sections.add(section);
    }
    const planned: PlannedMember = { line, email, role: written.role ?? member?.role ?? 'learner', section };
    if (!user) plan.newUsers.push({ name: named.value, email });
    if (!member) plan.added.push(planned);
    else if (differs(member, planned, present.sections)) plan.changed.push(planned);
    else plan.unchanged += 1;
  }
  const kept = keepInstructor(plan, [...members.values()], users);
  const used = [...kept.added, ...kept.changed].flatMap(({ section }) => section ?? []);
  return { ...kept, newSections: [...new Set(used)].filter((name) => !present.sections.has(name)) };
}

function differs(
  member: CourseMember,
  planned: PlannedMember,
  sections: ReadonlyMap<string, string>,
): boolean {
  const section = planned.section === undefined ? undefined : sections.get(planned.section);
  // A section without an id is created by this import.
  const moves = planned.section !== undefined && (section === undefined || section !== member.sectionId);
  return moves || member.role !== planned.role;
}

/** Leaves out the lines that would take the last instructor from the course. */
function keepInstructor(
  plan: RosterPlan,
  members: readonly CourseMember[],
  users: ReadonlyMap<string | undefined, User>,
): RosterPlan {
  const disabled = new Set([...users.values()].flatMap(({ id, disabledAt }) => (disabledAt ? id : [])));
  const instructors = new Set(
    members
      .filter(({ role, active, userId }) => role === 'instructor' && active && !disabled.has(userId))
      .map(({ userId }) => userId),
  );
  const userOf = ({ email }: PlannedMember) => users.get(email)?.id;
  const demotions = plan.changed.filter(
    (planned) => planned.role !== 'instructor' && instructors.has(userOf(planned) ?? ''),
  );
  const appointed = [...plan.added, ...plan.changed].some(
    (planned) =>
      planned.role === 'instructor' &&
      !instructors.has(userOf(planned) ?? '') &&
      !users.get(planned.email)?.disabledAt,
  );
  if (appointed || demotions.length < instructors.size) return plan;
  const problems = demotions.map(({ line }) => ({ line, message: 'The course would have no instructor.' }));
  const left = new Set(demotions);
  return {
    ...plan,
    changed: plan.changed.filter((planned) => !left.has(planned)),
    problems: [...plan.problems, ...problems],
  };
}

function attempt<T>(read: () => T): { value: T } | { problem: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (isFault(error, 'INPUT_INVALID')) return { problem: error.message };
    throw error;
  }
}
