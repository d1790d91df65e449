/** Most connections of one process: each costs some 20 KB while idle. */
const CONNECTION_LIMIT = 5_000;
/** Most connections of one user: tabs and scripts of one person, not of a leak. */
const USER_CONNECTION_LIMIT = 50;
/**
 * Most connections of one client address that have not said yet who they are for: a lecture of 300 that comes back at
 * once. One client that says nothing must not take all connections.
 */
const SILENT_LIMIT = 500;

const LIMITS = { all: CONNECTION_LIMIT, ofUser: USER_CONNECTION_LIMIT, silent: SILENT_LIMIT };

/** Counts connections, so that neither one user, nor one client address, nor all together use up the process. */
export function createConnectionCount(limits = LIMITS) {
  const ofUser = new Map<string, number>();
  const silent = new Map<string, number>();
  let all = 0;

  return {
    /** Whether one more is taken; then it counts until {@link leave}. */
    enter(): boolean {
      if (all >= limits.all) return false;
      all += 1;
      return true;
    },
    /**
     * Counts a connection that has not said yet who it is for, by the account of its upgrade, until the returned
     * function is called; undefined if the account has too many.
     */
    enterSilent(account: string, { isUser }: { isUser: boolean }): (() => void) | undefined {
      const count = silent.get(account) ?? 0;
      if (count >= (isUser ? limits.ofUser : limits.silent)) return undefined;
      silent.set(account, count + 1);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        const left = (silent.get(account) ?? 1) - 1;
        if (left > 0) silent.set(account, left);
        else silent.delete(account);
      };
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
