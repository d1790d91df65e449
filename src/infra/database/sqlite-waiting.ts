import { setTimeout as sleep } from 'node:timers/promises';
import { isDriverAdapterError } from '@prisma/driver-adapter-utils';
import { linkedAbort } from '../../core/async.ts';
import { createQueue } from '../../core/queue.ts';

type WriteRefusal = 'timeout' | 'full' | 'closed';

/**
 * Creates a queue for one writer at a time that bounds the wait: `waitLimit` in milliseconds, `lengthLimit` in waiting
 * writers.
 */
export function createWriteQueue(options: {
  waitLimit: number;
  lengthLimit: number;
  refusal: (why: WriteRefusal) => Error;
}) {
  const { waitLimit, lengthLimit, refusal } = options;
  const queue = createQueue(1);
  const closing = new AbortController();

  return {
    /**
     * Waits until no other writer runs. Returns the function that ends this write.
     * @throws `refusal()` if the wait takes too long, the queue is full, or it is closed
     */
    async acquire(): Promise<() => void> {
      closing.signal.throwIfAborted();
      if (!queue.isFull()) return queue.acquire();
      if (queue.waiting() >= lengthLimit) throw refusal('full');
      const { signal, abort, unlink } = linkedAbort(closing.signal);
      const timer = setTimeout(() => abort(refusal('timeout')), waitLimit);
      try {
        return await queue.acquire(signal);
      } finally {
        clearTimeout(timer);
        unlink();
      }
    },
    /** Refuses all waiting and all later writers. */
    close(): void {
      closing.abort(refusal('closed'));
    },
  };
}

/** Maximum time for retrying a statement while another process writes, in milliseconds: as long as the client's time-out. */
const BUSY_LIMIT_MS = 10_000;

/** Maximum pause between two attempts, in milliseconds: about the duration of a write of another process. */
const MAX_PAUSE_MS = 40;

/**
 * Maximum wait of the driver for another process, in milliseconds. The driver blocks this process while it waits, so
 * this is only the duration of a single write. {@link whenFree} waits longer without blocking.
 */
export const DRIVER_BUSY_TIMEOUT_MS = 10;

/** Retries `attempt` without blocking while another process holds the write lock, for at most `limit` milliseconds. */
export async function whenFree<T>(attempt: () => Promise<T>, limit = BUSY_LIMIT_MS): Promise<T> {
  const deadline = performance.now() + limit;
  for (let pause = 1; ; pause = Math.min(pause * 2, MAX_PAUSE_MS)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
    }
    await sleep(pause);
  }
}

/** Returns whether an error is SQLITE_BUSY, after which the statement had no effect. */
function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    isDriverAdapterError(error) &&
    error.cause.originalCode?.startsWith('SQLITE_BUSY') === true
  );
}
