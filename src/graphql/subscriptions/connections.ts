/** Most connections of one process: each costs some 20 KB while idle. */
const CONNECTION_LIMIT = 5_000;
/** Most connections of one user: tabs and scripts of one person, not of a leak. */
const USER_CONNECTION_LIMIT = 50;

/** Counts connections, so that neither one user nor all together use up the process. */
export function createConnectionCount(limits = { all: CONNECTION_LIMIT, ofUser: USER_CONNECTION_LIMIT }) {
  const ofUser = new Map<string, number>();
  let all = 0;

  return {
    /** Whether one more is taken; then it counts until {@link leave}. */
    enter(): boolean {
      if (all >= limits.all) return false;
      all += 1;
      return true;
    },
    /** Whether one more of this user is taken. */
    enterAs(userId: string): boolean {
      const count = ofUser.get(userId) ?? 0;
      if (count >= limits.ofUser) return false;
      ofUser.set(userId, count + 1);
      return true;
    },
    leave(userId: string | undefined): void {
      all -= 1;
      if (userId === undefined) return;
      const count = ofUser.get(userId) ?? 0;
      if (count > 1) ofUser.set(userId, count - 1);
      else ofUser.delete(userId);
    },
    count: () => all,
  };
}

export type ConnectionCount = ReturnType<typeof createConnectionCount>;
