import { test } from 'tap';
import { createLoaders } from '../../../../src/api/graphql/loaders.ts';

/** Loaders of users that record the ids of each call. */
function createUserLoader() {
  const calls: string[][] = [];
  const users = {
    async getMany(_: unknown, ids: readonly string[]) {
      calls.push([...ids]);
      if (ids.includes('broken')) throw new Error('The database is gone.');
      return ids.map((id) => (id === 'unknown' ? undefined : { id }));
    },
  };
  const { user } = createLoaders({ users } as never, () => undefined);
  return { user, calls };
}

await test('keys of one round are loaded in one call, equal ones once, and nothing is cached', async (t) => {
  const { user, calls } = createUserLoader();
  const [a, again, unknown] = await Promise.all([user('a'), user('a'), user('unknown')]);
  t.match(a, { id: 'a' });
  t.equal(again, a);
  t.equal(unknown, undefined);
  await user('a');
  t.same(calls, [['a', 'unknown'], ['a']]);
});

await test('keys that resolvers request after earlier promises join the same call', async (t) => {
  const { user, calls } = createUserLoader();
  await Promise.all([user('a'), Promise.resolve().then(() => user('b'))]);
  t.same(calls, [['a', 'b']]);
});

await test('a call has at most 100 keys', async (t) => {
  const { user, calls } = createUserLoader();
  const ids = Array.from({ length: 250 }, (_, index) => String(index));
  t.same(
    (await Promise.all(ids.map(user))).map((each) => each?.id),
    ids,
  );
  t.same(
    calls.map(({ length }) => length),
    [100, 100, 50],
  );
});

await test('an error fails all keys of its call, and none of later calls', async (t) => {
  const { user } = createUserLoader();
  const [one, two] = await Promise.allSettled([user('broken'), user('a')]);
  t.match([one.status, two.status], ['rejected', 'rejected']);
  t.match(await user('a'), { id: 'a' });
});
