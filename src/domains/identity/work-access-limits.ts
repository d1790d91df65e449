/** What limits the work that a user may access: the courses in which they teach now, by their role. */
export interface AccessLimits {
  userId: string;
  instructs: readonly string[];
  assists: readonly string[];
  /** The members of the open courses in which they are instructor; undefined if these are many. */
  students: readonly string[] | undefined;
}

/**
 * Returns the condition for the users whom somebody finds: the members of their courses. `WorkAccess.people` also
 * includes former members, whose work is still in a course.
 */
export function accessiblePeople(limits: AccessLimits | undefined) {
  if (!limits) return {};
  const { userId, instructs, assists } = limits;
  return {
    OR: [{ id: userId }, { memberships: { some: { courseId: { in: [...instructs, ...assists] } } } }],
  };
}

/** Maximum number of courses that are read one by one. More are read together, which takes the database longer. */
const COURSES_ONE_BY_ONE = 20;

/** Returns the conditions for a list of few rows, such as those of one session: as one, with the index of that filter. */
export function accessibleAmongFew(limits: AccessLimits | undefined) {
  return [{ OR: accessibleWork(limits) }];
}

/**
 * Returns conditions that together select the work that somebody may access, for a table with `learnerId`, `learner`
 * and `courseId`: the same rules as those of `WorkAccess.among`.
 * Without limits, everything. A database reads a whole table for some of them in one condition with OR, but uses an index
 * for each alone: see {@link newestOf}.
 */
export function accessibleWork(limits: AccessLimits | undefined) {
  if (!limits) return [{}];
  const { userId, instructs, assists, students } = limits;
  const student = { role: 'student' as const };
  const course = {
    state: 'open' as const,
    members: { some: { userId, active: true, role: 'instructor' as const } },
  };
  const memberships = { some: { active: true, course } };
  const selfStudy = students
    ? { courseId: null, learnerId: { in: [...students] }, learner: student }
    : { courseId: null, learner: { ...student, memberships } };
  return [
    { learnerId: userId },
    ...inCourses(instructs).map((courseId) => ({ courseId, learner: { role: { not: 'admin' as const } } })),
    ...(instructs.length > 0 ? [selfStudy] : []),
    ...inCourses(assists).map((courseId) => ({ courseId, learner: student })),
  ];
}

function inCourses(ids: readonly string[]): (string | { in: string[] })[] {
  return ids.length > COURSES_ONE_BY_ONE ? [{ in: [...ids] }] : [...ids];
}

/**
 * Reads the newest rows that match any of the conditions. Of each, only ids are read, because most are not needed.
 * @param read `ids` and `rows` return those of a condition, newest first, at most `take`
 */
export async function newestOf<Condition extends object, Row>(
  conditions: readonly Condition[],
  take: number,
  read: {
    ids: (condition: Condition) => Promise<{ id: string }[]>;
    rows: (condition: Condition | { id: { in: string[] } }) => Promise<Row[]>;
  },
): Promise<Row[]> {
  const [first, ...others] = conditions;
  if (first === undefined) return [];
  if (others.length === 0) return await read.rows(first);
  const found = (await Promise.all(conditions.map(read.ids))).flat();
  const ids = [...new Set(found.map(({ id }) => id))].toSorted().toReversed();
  return await read.rows({ id: { in: ids.slice(0, take) } });
}
