import { linkedAbort } from '../../core/linked-abort.ts';
import { createQueue } from '../../core/queue.ts';

export type WriteRefusal = 'timeout' | 'full' | 'closed';

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
