import { test } from 'tap';
import { follow } from '../../../../src/api/graphql/subscriptions/follow.ts';
import type { GraphqlContext } from '../../../../src/api/graphql/context.ts';

/** A subscription to hints, whose values are the hints. */
async function subscribe(limit: number) {
  const context = { authenticate: async () => undefined } as unknown as GraphqlContext;
  let hint: (value: string) => void = () => undefined;
  const values = await follow<string, string>(context, {
    limit,
    listen(add) {
      hint = add;
      return () => undefined;
    },
    first: async () => [],
    read: async (value) => value,
  });
  return { values, hint: (value: string) => hint(value) };
}

await test('equal hints of a slow subscriber wait once, and the oldest are dropped', async (t) => {
  const { values, hint } = await subscribe(2);
  for (const value of ['a', 'a', 'b', 'a', 'c']) hint(value);
  const read: unknown[] = [];
  for (let count = 0; count < 2; count++) read.push((await values.next()).value);
  t.same(read, ['a', 'c']);
  hint('a');
  t.same(await values.next(), { done: false, value: 'a' }, 'a hint that was read can come again');
  await values.return?.();
  t.equal((await values.next()).done, true);
});
