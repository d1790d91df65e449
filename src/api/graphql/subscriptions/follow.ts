import type { GraphqlContext } from '../context.ts';
import { createHints } from './hints.ts';

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
