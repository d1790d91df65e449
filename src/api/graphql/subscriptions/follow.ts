import type { GraphqlContext } from '../context.ts';

/** Stands for a hint without a value: the subscription waits for the next one. */
export const SKIPPED = Symbol('skipped');

/**
 * Creates the values of a subscription: `first` once, then `read` for each hint. Checks the credentials before each
 * read, so that revoking them ends the subscription.
 */
export async function follow<H, T>(
  context: GraphqlContext,
  source: {
    /** Maximum number of pending hints of a slow subscriber. The oldest are dropped; equal ones wait once. */
    limit: number;
    /** Starts to listen, and returns a function that stops it. Called before `first`, so that no event is missed. */
    listen: (hint: (value: H) => void) => () => void;
    /** Authorises the subscription, and returns its first values. */
    first: () => Promise<T[]>;
    /** Authorises and reads the value for a hint. Undefined ends the subscription, as an error does. */
    read: (hint: H) => Promise<T | typeof SKIPPED | undefined>;
  },
): Promise<AsyncIterableIterator<T>> {
  const hints = createHints<H>(source.limit);
  const stopListening = source.listen((hint) => hints.add(hint));

  function end(): IteratorReturnResult<undefined> {
    stopListening();
    hints.close();
    return { done: true, value: undefined };
  }

  async function orEnd<R>(work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      end();
      throw error;
    }
  }

  async function readNext(): Promise<T | undefined> {
    for (;;) {
      const hint = await hints.take();
      if (hint === undefined) return undefined;
      context.actor = await context.authenticate();
      const value = await source.read(hint);
      if (value !== SKIPPED) return value;
    }
  }

  const beginning = await orEnd(source.first);
  const values: AsyncIterableIterator<T> = {
    async next() {
      const value = beginning.shift() ?? (await orEnd(readNext));
      return value === undefined ? end() : { done: false, value };
    },
    return: () => Promise.resolve(end()),
    [Symbol.asyncIterator]: () => values,
  };
  return values;
}

/** Pending hints of a subscriber. Bounded, so that a slow subscriber uses little memory. */
interface Hints<H> {
  /** Adds a hint, and drops the oldest if there are too many. */
  add(hint: H): void;
  /** Waits for the oldest hint and removes it. Returns undefined once closed. Only one caller at a time. */
  take(): Promise<H | undefined>;
  close(): void;
}

function createHints<H>(limit: number): Hints<H> {
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
      const earlier = waiting.indexOf(hint);
      if (earlier >= 0) waiting.splice(earlier, 1);
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
