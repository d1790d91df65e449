import type { GraphqlContext } from '../context.ts';

/**
 * The values of a subscription: `first` once, then `read` for each hint. Before each read the
 * credentials are read again, so that what was revoked or taken away meanwhile ends it.
 */
export async function follow<H, T>(
  context: GraphqlContext,
  source: {
    /** Most hints kept for a subscriber that does not keep up; the oldest go. */
    limit: number;
    /** Starts to listen; gives what stops it. Called before `first`, so that nothing falls between. */
    listen: (hint: (value: H) => void) => () => void;
    /** Authorises, and gives the values to begin with. */
    first: () => Promise<T[]>;
    /** Authorises and reads; undefined ends the subscription. */
    read: (hint: H) => Promise<T | undefined>;
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
    const hint = await hints.take();
    if (hint === undefined) return undefined;
    context.actor = await context.authenticate();
    return await source.read(hint);
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

/** What a subscriber has been told to look at and has not yet; bounded, so that a slow one costs no memory. */
interface Hints<H> {
  /** Adds a hint; the oldest goes when there are too many. */
  add(hint: H): void;
  /** The oldest hint, waited for; undefined once closed. One caller at a time. */
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
