import t from 'tap';
import { createCredentialCache } from '../../../../src/domains/identity/credential-cache.ts';
import type { Credential } from '../../../../src/domains/identity/credential-cache.ts';
import { createFakeClock } from '../../../kit/basics/fake-clock.ts';

function credentialOf(userId: string): Credential {
  return { actor: { userId, role: 'student', scopes: ['read'] }, expiresAt: undefined };
}

function createCounted() {
  const clock = createFakeClock();
  const cache = createCredentialCache({ clock });
  let reads = 0;
  const get = (hash: string, userId = 'ada') =>
    cache.get(hash, async () => {
      reads++;
      return credentialOf(userId);
    });
  return { clock, cache, get, reads: () => reads };
}

await t.test('a credential is cached for a while', async (t) => {
  const { clock, get, reads } = createCounted();
  await get('a');
  clock.jump(9_999);
  t.equal((await get('a'))?.actor.userId, 'ada');
  t.equal(reads(), 1);
  clock.jump(1);
  await get('a');
  t.equal(reads(), 2);
});

await t.test('using it does not extend its time', async (t) => {
  const { clock, get, reads } = createCounted();
  for (let second = 0; second < 11; second++) {
    await get('a');
    clock.jump(1_000);
  }
  t.equal(reads(), 2);
});

await t.test('a changed user is evicted, others are not', async (t) => {
  const { cache, get, reads } = createCounted();
  await get('a', 'ada');
  await get('b', 'ada');
  await get('c', 'bob');
  cache.forget('ada');
  await get('c', 'bob');
  t.equal(reads(), 3);
  await get('a', 'ada');
  await get('b', 'ada');
  t.equal(reads(), 5);
});

await t.test('unknown credentials are looked up each time', async (t) => {
  const cache = createCredentialCache({ clock: createFakeClock() });
  let reads = 0;
  const read = async () => {
    reads++;
    return undefined;
  };
  t.equal(await cache.get('x', read), undefined);
  await cache.get('x', read);
  t.equal(reads, 2);
});

await t.test('simultaneous lookups make one read, and its failure is not cached', async (t) => {
  const { cache, get, reads } = createCounted();
  await Promise.all(Array.from({ length: 50 }, () => get('a')));
  t.equal(reads(), 1);
  await t.rejects(
    cache.get('b', async () => Promise.reject(new Error('away'))),
    { message: 'away' },
  );
  t.equal((await get('b'))?.actor.userId, 'ada');
});

await t.test('a read that started before a change is not cached or shared', async (t) => {
  const cache = createCredentialCache({ clock: createFakeClock() });
  let answer: ((credential: Credential) => void) | undefined;
  const old = cache.get('a', () => new Promise((resolve) => (answer = resolve)));
  cache.forget('ada');
  const fresh = await cache.get('a', async () => undefined);
  t.equal(fresh, undefined, 'a lookup after the change reads again');
  answer?.(credentialOf('ada'));
  await old;
  t.equal(await cache.get('a', async () => undefined), undefined, 'the old answer is not cached');
});

await t.test('the most recently used entries stay when there are too many', async (t) => {
  const { get, reads } = createCounted();
  await get('kept');
  await get('dropped');
  for (let other = 0; other < 4_094; other++) await get(`other-${other}`);
  await get('kept');
  await get('one more');
  const before = reads();
  await get('kept');
  t.equal(reads(), before);
  await get('dropped');
  t.equal(reads(), before + 1);
});
