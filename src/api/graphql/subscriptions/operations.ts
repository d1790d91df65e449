import { execute, subscribe } from 'graphql';
import type { ExecutionArgs, ExecutionResult } from 'graphql';

type Values = AsyncGenerator<ExecutionResult, void, void>;

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
export async function executeCounted(args: ExecutionArgs, leave: () => void): Promise<ExecutionResult> {
  try {
    return await execute(args);
  } finally {
    leave();
  }
}

/** Starts a subscription, and calls `leave` when it ends. */
export async function subscribeCounted(
  args: ExecutionArgs,
  leave: () => void,
): Promise<ExecutionResult | Values> {
  try {
    const result = await subscribe(args);
    if (Symbol.asyncIterator in result) return leaveAtEnd(result, leave);
    leave();
    return result;
  } catch (error) {
    leave();
    throw error;
  }
}

/** Calls `leave` when `source` ends. A `return` ends the source immediately, even while a value is pending. */
function leaveAtEnd(source: Values, leave: () => void): Values {
  const { next, return: end } = { next: source.next.bind(source), return: source.return.bind(source) };
  source.next = async () => {
    try {
      const result = await next();
      if (result.done) leave();
      return result;
    } catch (error) {
      leave();
      throw error;
    }
  };
  source.return = (value) => {
    leave();
    return end(value);
  };
  return source;
}

export type OperationCount = ReturnType<typeof createOperationCount>;
