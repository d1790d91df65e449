import PQueue from 'p-queue';
import { linkedAbort } from './async.ts';

export type Queue = ReturnType<typeof createQueue>;

/**
 * Creates a queue that runs at most `concurrency` tasks at the same time, first in, first out. Callers bound its length.
 *
 * It wraps p-queue because p-queue applies a signal to running tasks too: after an abort, it starts the next task
 * although the work of the aborted one continues. Here, a signal only ends the wait.
 */
export function createQueue(concurrency: number) {
  const queue = new PQueue({ concurrency });

  /**
   * Waits for a slot. Returns the function that releases it; calling that twice is safe.
   * @throws the reason of `signal` if it aborts during the wait
   */
  async function acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const waiting = signal && linkedAbort(signal);
    return new Promise((resolve, reject) => {
      const occupySlot = () => {
        waiting?.unlink();
        return new Promise<void>((release) => resolve(release));
      };
      queue.add(occupySlot, waiting && { signal: waiting.signal }).catch(reject);
    });
  }

  return {
    acquire,
    /** Returns whether a task that is added now would wait. */
    isFull: () => queue.pending >= concurrency,
    /** Returns how many tasks wait. */
    waiting: () => queue.size,
    /**
     * Runs the task when a slot is free.
     * @throws any error of `task`, or the reason of `signal` if it aborts during the wait
     */
    async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
      const release = await acquire(signal);
      try {
        return await task();
      } finally {
        release();
      }
    },
  };
}

/** Creates a queue that runs at most `perKey` tasks per key at a time, and at most `concurrency` tasks of all keys. */
export function createKeyedQueue({
  concurrency = Infinity,
  perKey = 1,
}: {
  concurrency?: number;
  perKey?: number;
}) {
  const all = createQueue(concurrency);
  const byKey = new Map<string, { queue: Queue; tasks: number }>();

  return {
    /** Returns how many keys have tasks. */
    keys: () => byKey.size,
    /**
     * Runs the task when the key and a slot are free.
     * @throws any error of `task`, or the reason of `signal` if it aborts during the wait
     */
    async run<T>(key: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
      const own = byKey.get(key) ?? { queue: createQueue(perKey), tasks: 0 };
      byKey.set(key, own);
      own.tasks += 1;
      try {
        return await own.queue.run(() => all.run(task, signal), signal);
      } finally {
        own.tasks -= 1;
        if (own.tasks === 0) byKey.delete(key);
      }
    },
  };
}
