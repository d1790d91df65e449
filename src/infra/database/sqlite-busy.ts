import { setTimeout } from 'node:timers/promises';
import { isDriverAdapterError } from '@prisma/driver-adapter-utils';

/** How long a statement may be tried again while another process writes, in milliseconds: as long as the client's own patience. */
const BUSY_LIMIT_MS = 10_000;

/** Longest pause between two tries, in milliseconds: another process's write takes about this long. */
const LONGEST_PAUSE_MS = 40;

/**
 * How long the driver itself may wait for another process, in milliseconds. It waits by blocking
 * this process, so this is only what a single write takes; longer waiting is done by
 * {@link whenFree}, which lets everything else go on.
 */
export const DRIVER_BUSY_TIMEOUT_MS = 10;

/** Runs `attempt` again, without blocking, as long as another process holds the write lock, for at most `limit` milliseconds. */
export async function whenFree<T>(attempt: () => Promise<T>, limit = BUSY_LIMIT_MS): Promise<T> {
  const deadline = performance.now() + limit;
  for (let pause = 1; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
    await setTimeout(pause);
  }
}

/** SQLITE_BUSY: nothing of the statement was done. */
function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    isDriverAdapterError(error) &&
    error.cause.originalCode?.startsWith('SQLITE_BUSY') === true
  );
}
