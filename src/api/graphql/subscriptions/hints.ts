/** What a subscriber has been told to look at and has not yet; bounded, so that a slow one costs no memory. */
export interface Hints<H> {
  /** Adds a hint; the oldest goes when there are too many. */
  add(hint: H): void;
  /** The oldest hint, waited for; undefined once closed. One caller at a time. */
  take(): Promise<H | undefined>;
  close(): void;
}

export function createHints<H>(limit: number): Hints<H> {
  const waiting: H[] = [];
  let wake: ((hint: H | undefined) => void) | undefined;
  let closed = false;

  function wakeWith(hint: H | undefined): boolean {
    const taker = wake;
    wake = undefined;
    taker?.(hint);
    return taker !== undefined;
  }

  return {
    add(hint) {
      if (closed || wakeWith(hint)) return;
      waiting.push(hint);
      if (waiting.length > limit) waiting.shift();
    },
    take() {
      if (closed) return Promise.resolve(undefined);
      if (waiting.length > 0) return Promise.resolve(waiting.shift());
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
    close() {
      closed = true;
      waiting.length = 0;
      wakeWith(undefined);
    },
  };
}
