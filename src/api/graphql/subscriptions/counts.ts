import type { ExecutionResult } from 'graphql';
import { createCounts } from '../../../core/counts.ts';
import type { Results } from '../execute.ts';

/** Maximum number of connections of one process. Each uses about 20 KB while idle. */
const CONNECTION_LIMIT = 5_000;
/** Maximum number of connections of one user: enough for tabs and scripts, but not for a leak. */
const USER_CONNECTION_LIMIT = 50;
/**
 * Maximum number of unauthenticated connections of one client address: enough for a lecture of 300 people who reconnect
 * at once. A single client must not use up all connections without authenticating.
 */
const SILENT_LIMIT = 500;

const LIMITS = { all: CONNECTION_LIMIT, ofUser: USER_CONNECTION_LIMIT, silent: SILENT_LIMIT };

/** Counts connections, and limits them for each user, for each client address, and in total. */
export function createConnectionCount(limits = LIMITS) {
  const ofUser = createCounts();
  const silent = createCounts();
  let all = 0;

  return {
    /** Returns whether one more connection is allowed. If so, it counts until {@link leave}. */
    enter(): boolean {
      if (all >= limits.all) return false;
      all += 1;
      return true;
    },
    /**
     * Counts an unauthenticated connection by the account of its upgrade request, until the returned function is
     * called. Returns undefined if the account has too many.
     */
    enterSilent(account: string, { isUser }: { isUser: boolean }): (() => void) | undefined {
      if (silent.of(account) >= (isUser ? limits.ofUser : limits.silent)) return undefined;
      silent.add(account);
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        silent.remove(account);
      };
    },
    /** Returns whether one more connection of this user is allowed. If so, counts it. */
    enterAs(userId: string): boolean {
      if (ofUser.of(userId) >= limits.ofUser) return false;
      ofUser.add(userId);
      return true;
    },
    leave(userId: string | undefined): void {
      all -= 1;
      if (userId !== undefined) ofUser.remove(userId);
    },
    count: () => all,
  };
}

export type ConnectionCount = ReturnType<typeof createConnectionCount>;

/**
 * Counts the operations of a connection while they run. A client's "complete" ends a subscription, but not a running
 * query or mutation.
 */
export function createOperationCount(limit: number) {
  let running = 0;

  return {
    /** Counts one more operation until the returned function is called. Returns undefined if there are too many. */
    enter(): (() => void) | undefined {
      if (running >= limit) return undefined;
      running += 1;
      let left = false;
      return () => {
        if (!left) running -= 1;
        left = true;
      };
    },
  };
}

/** Executes a query or a mutation, then calls `leave`. */
export async function executeCounted(operation: {
  run: () => Promise<ExecutionResult>;
  leave: () => void;
}): Promise<ExecutionResult> {
  try {
    return await operation.run();
  } finally {
    operation.leave();
  }
}

/** Starts a subscription, and calls `leave` when it ends. */
export async function subscribeCounted({
  subscribe,
  leave,
}: {
  subscribe: () => Promise<ExecutionResult | Results>;
  leave: () => void;
}): Promise<ExecutionResult | Results> {
  try {
    const result = await subscribe();
    if (Symbol.asyncIterator in result) return leaveAtEnd(result, leave);
    leave();
    return result;
  } catch (error) {
    leave();
    throw error;
  }
}

/** Calls `leave` when `source` ends. A `return` ends the source immediately, even while a value is pending. */
function leaveAtEnd(source: Results, leave: () => void): Results {
  const results: Results = {
    async next() {
      try {
        const result = await source.next();
        if (result.done) leave();
        return result;
      } catch (error) {
        leave();
        throw error;
      }
    },
    async return() {
      leave();
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

export type OperationCount = ReturnType<typeof createOperationCount>;
