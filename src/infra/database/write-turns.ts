/** A queue in which one writer at a time has its turn, first come, first served. */
export interface WriteTurns {
  /**
   * Waits for the turn and resolves to what ends it. Rejects with `refusal()` when the wait is
   * longer than the limit, when too many wait already, or when the queue is closed.
   */
  take(): Promise<() => void>;
  /** Refuses those who wait and all who come. */
  close(): void;
}

/** Makes a queue with bounded waiting: `waitLimit` in milliseconds, `lengthLimit` in waiters. */
export function createWriteTurns(options: {
  waitLimit: number;
  lengthLimit: number;
  refusal: (why: 'waited' | 'crowded' | 'closed') => Error;
}): WriteTurns {
  const { waitLimit, lengthLimit, refusal } = options;
  const waiting = new Set<{ grant: () => void; refuse: (why: 'waited' | 'closed') => void }>();
  let taken = false;
  let closed = false;

  function turn(): () => void {
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const [next] = waiting;
      if (next === undefined) taken = false;
      else next.grant();
    };
  }

  return {
    async take() {
      if (closed) throw refusal('closed');
      if (!taken) {
        taken = true;
        return turn();
      }
      if (waiting.size >= lengthLimit) throw refusal('crowded');
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => waiter.refuse('waited'), waitLimit);
        const leave = () => {
          clearTimeout(timer);
          waiting.delete(waiter);
        };
        const waiter = {
          grant: () => (leave(), resolve(turn())),
          refuse: (why: 'waited' | 'closed') => (leave(), reject(refusal(why))),
        };
        waiting.add(waiter);
      });
    },
    close() {
      closed = true;
      for (const waiter of waiting) waiter.refuse('closed');
    },
  };
}
