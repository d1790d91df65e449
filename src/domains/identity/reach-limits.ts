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
  const teaching = { userId, active: true, role: 'instructor' as const };
  const taught = { state: 'open' as const, members: { some: teaching } };
  const isMember = { some: { active: true, course: taught } };
  const own = { learnerId: userId };
  const instructed = [
    { courseId: { in: [...instructs] }, learner: { role: { not: 'admin' as const } } },
    { courseId: null, learner: { ...student, memberships: isMember } },
  ];
  const assisted = [{ courseId: { in: [...assists] }, learner: student }];
  // Databases use no index for a condition that is never true.
  const branches = [
    own,
    ...(instructs.length > 0 ? instructed : []),
    ...(assists.length > 0 ? assisted : []),
  ];
  // Always `OR`: a store may add another condition for `learnerId`, which would replace one here.
  return { OR: branches };
}
