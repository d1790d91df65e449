export type Turns = ReturnType<typeof createTurns>;

/** Lets at most `most` do their work at the same time, those first that asked first. */
export function createTurns(most: number) {
  const waiting = new Set<() => void>();
  let taken = 0;

  async function take(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (taken < most) {
      taken++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.delete(go);
        reject(signal?.reason as Error);
      };
      waiting.add(go);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  function giveBack(): void {
    const [next] = waiting;
    if (!next) {
      taken--;
      return;
    }
    // The place passes on as it is.
    waiting.delete(next);
    next();
  }

  return {
    /** Whether a caller that asks now would wait. */
    isFull: () => taken >= most,
    /** Whether nobody works or waits. */
    isIdle: () => taken === 0,
    /** Does the work in its turn. Who waits is bounded by who calls. @throws what `work` throws, or the reason of `signal`, which ends the waiting alone */
    async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
      await take(signal);
      try {
        return await work();
      } finally {
        giveBack();
      }
    },
  };
}
