/** The courses in which a user teaches now, by their role. */
export interface Taught {
  userId: string;
  instructs: readonly string[];
  assists: readonly string[];
}

/** Returns the condition for the users whom somebody may know of: the same rule as that of `Reach.people`. */
export function reachedPeople(limits: Taught | undefined) {
  if (!limits) return {};
  const { userId, instructs, assists } = limits;
  return {
    OR: [{ id: userId }, { memberships: { some: { courseId: { in: [...instructs, ...assists] } } } }],
  };
}

/**
 * Returns the condition for the work that somebody reaches, for a table with `learnerId`, `learner` and `courseId`: the
 * same rules as those of `Reach.among`. Without limits, everything.
 */
export function reachedWork(limits: Taught | undefined) {
  if (!limits) return {};
  const { userId, instructs, assists } = limits;
  const student = { role: 'student' as const };
  const isMember = { some: { active: true, courseId: { in: [...instructs] } } };
  return {
    OR: [
      { learnerId: userId },
      { courseId: { in: [...instructs] }, learner: { role: { not: 'admin' as const } } },
      { courseId: { in: [...assists] }, learner: student },
      { courseId: null, learner: { ...student, memberships: isMember } },
    ],
  };
}
