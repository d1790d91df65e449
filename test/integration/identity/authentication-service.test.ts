import t from 'tap';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { createUseRecorder } from '../../../src/domains/identity/authentication-service.ts';
import { createActors } from '../../kit/service/actors.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { until } from '../../kit/basics/until.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createFragileBus, createIdentity } from '../../kit/service/identity.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

async function setUp(t: Test, database: Database) {
  const identity = createIdentity(t, database);
  return { ...identity, ...(await createActors(database)) };
}

await eachDatabase(t, 'a token identifies its user, with its own scopes', async (t, database) => {
  const { tokens, authentication, instructor } = await setUp(t, database);
  const { secret } = await tokens.create(instructor, { name: 'x', scopes: ['read', 'learn'] });
  const actor = { userId: instructor.userId, role: 'instructor', scopes: ['read', 'learn'] };
  t.match(await authentication.byToken(secret), actor);
  t.match(await authentication.byToken(secret), actor, 'and again, from the cache');
});

await eachDatabase(t, 'an invalid token is rejected', async (t, database) => {
  const { users, authentication, owner } = await setUp(t, database);
  const { secret } = await users.createSignInLink(owner, owner.userId);
  const web = await authentication.signIn(secret);
  t.ok(await authentication.byWebSession(web.secret));
  for (const wrong of ['', 'berth_', 'x'.repeat(10_000), secret, web.secret]) {
    await t.rejects(authentication.byToken(wrong), { code: 'UNAUTHENTICATED' });
  }
});

await eachDatabase(t, 'a token expires on time, even if cached', async (t, database) => {
  const { tokens, authentication, clock, owner } = await setUp(t, database);
  const expiresAt = new Date(clock.now().getTime() + 2_000);
  const { secret } = await tokens.create(owner, { name: 'x', scopes: ['read'], expiresAt });
  clock.jump(1_999);
  t.ok(await authentication.byToken(secret));
  clock.jump(1);
  await t.rejects(authentication.byToken(secret), { code: 'TOKEN_EXPIRED' });
  clock.jump(MINUTE);
  await t.rejects(authentication.byToken(secret), { code: 'TOKEN_EXPIRED' });
});

await eachDatabase(t, 'a revoked token is rejected immediately', async (t, database) => {
  const { tokens, authentication, owner } = await setUp(t, database);
  const { token, secret } = await tokens.create(owner, { name: 'x', scopes: ['read'] });
  t.ok(await authentication.byToken(secret));
  const { credential = '' } = await authentication.byToken(secret);
  t.match(await authentication.byCredential(credential), { userId: owner.userId, scopes: ['read'] });
  await tokens.revoke(owner, token.id);
  await t.rejects(authentication.byToken(secret), { code: 'UNAUTHENTICATED' });
  t.equal(await authentication.byCredential(credential), undefined);
});

await eachDatabase(t, 'a new role applies immediately', async (t, database) => {
  const { users, tokens, authentication, owner, admin } = await setUp(t, database);
  const { secret } = await tokens.create(owner, { name: 'x', scopes: ['read'] });
  t.equal((await authentication.byToken(secret)).role, 'student');
  await users.update(admin, owner.userId, { role: 'instructor' });
  t.equal((await authentication.byToken(secret)).role, 'instructor');
});

await eachDatabase(
  t,
  'a disabled user is locked out immediately, with every credential',
  async (t, database) => {
    const { users, tokens, authentication, owner, admin } = await setUp(t, database);
    const { secret } = await tokens.create(owner, { name: 'x', scopes: ['read'] });
    const web = await authentication.signIn((await users.createSignInLink(owner, owner.userId)).secret);
    const link = await users.createSignInLink(owner, owner.userId);
    t.ok(await authentication.byToken(secret));
    t.ok(await authentication.byWebSession(web.secret));

    await users.update(admin, owner.userId, { disabled: true });
    await t.rejects(authentication.byToken(secret), { code: 'UNAUTHENTICATED' });
    t.equal(await authentication.byWebSession(web.secret), undefined);
    await t.rejects(authentication.signIn(link.secret), { code: 'SIGN_IN_LINK_INVALID' });
    const late = await users.createSignInLink(admin, owner.userId);
    await t.rejects(authentication.signIn(late.secret), { code: 'SIGN_IN_LINK_INVALID' });

    await users.update(admin, owner.userId, { disabled: false });
    t.ok(await authentication.byToken(secret), 'tokens work again');
    t.equal(await authentication.byWebSession(web.secret), undefined, 'browsers must sign in again');
  },
);

await eachDatabase(t, 'a deleted user is locked out immediately', async (t, database) => {
  const { users, tokens, authentication, owner, admin } = await setUp(t, database);
  const { secret } = await tokens.create(owner, { name: 'x', scopes: ['read'] });
  t.ok(await authentication.byToken(secret));
  await users.delete(admin, owner.userId);
  await t.rejects(authentication.byToken(secret), { code: 'UNAUTHENTICATED' });
});

await eachDatabase(t, 'changes of one process apply to the others immediately', async (t, database) => {
  const events = createMemoryBus({ log: quietLog() });
  const [here, there] = [createIdentity(t, database, { events }), createIdentity(t, database, { events })];
  const { owner, admin } = await createActors(database);
  const { secret } = await here.tokens.create(owner, { name: 'x', scopes: ['read'] });
  t.ok(await here.authentication.byToken(secret));
  await there.users.update(admin, owner.userId, { disabled: true });
  await t.rejects(here.authentication.byToken(secret), { code: 'UNAUTHENTICATED' });
});

await eachDatabase(t, 'nothing is cached while events do not arrive', async (t, database) => {
  const events = createFragileBus();
  const { users, tokens, authentication } = createIdentity(t, database, { events });
  const { owner, admin } = await createActors(database);
  const { secret } = await tokens.create(owner, { name: 'x', scopes: ['read'] });
  const web = await authentication.signIn((await users.createSignInLink(owner, owner.userId)).secret);
  t.ok(await authentication.byToken(secret));
  t.ok(await authentication.byWebSession(web.secret));
  events.cut();
  await users.update(admin, owner.userId, { disabled: true });
  await t.rejects(authentication.byToken(secret), { code: 'UNAUTHENTICATED' });
  t.equal(await authentication.byWebSession(web.secret), undefined);
});

await eachDatabase(t, 'the last use is recorded to the minute, with one write', async (t, database) => {
  const { tokens, authentication, clock, owner, stores } = await setUp(t, database);
  const { token, secret } = await tokens.create(owner, { name: 'x', scopes: ['read'] });
  const lastUse = async () => {
    await authentication.close();
    return (await stores.tokens.find(token.id))?.lastUsedAt;
  };
  const first = clock.now();
  await Promise.all(Array.from({ length: 20 }, () => authentication.byToken(secret)));
  t.same(await lastUse(), first);
  clock.jump(MINUTE - 1);
  await authentication.byToken(secret);
  t.same(await lastUse(), first, 'not yet');
  clock.jump(1);
  await authentication.byToken(secret);
  t.same(await lastUse(), new Date(first.getTime() + MINUTE));
  await stores.tokens.markUsed([token.id], first);
  t.same(await lastUse(), new Date(first.getTime() + MINUTE), 'and never goes back');
});

await eachDatabase(t, 'tokens used within a second of a write are written together', async (t, database) => {
  const { stores, tokens, clock, owner } = await setUp(t, database);
  const writes: number[] = [];
  const markUsed: typeof stores.tokens.markUsed = async (ids, at) => {
    writes.push(ids.length);
    await stores.tokens.markUsed(ids, at);
  };
  const uses = createUseRecorder({ ...stores, tokens: { markUsed }, clock, log: quietLog() });
  const ids: string[] = [];
  for (let number = 0; number < 12; number++) {
    ids.push((await tokens.create(owner, { name: `${number}`, scopes: ['read'] })).token.id);
  }
  const use = (tokenId: string) =>
    uses.record({ tokenId, actor: owner, expiresAt: undefined, lastUsedAt: undefined });
  ids.slice(0, 8).forEach(use);
  await until(async () => {
    await clock.advance(1_000);
    return writes.length === 2;
  });
  ids.slice(8).forEach(use);
  await uses.settled();
  t.same(writes, [1, 7, 4]);
  const stored = await Promise.all(ids.map((id) => stores.tokens.find(id)));
  t.ok(stored.every((token) => token?.lastUsedAt !== undefined));
});

await eachDatabase(t, 'a use that cannot be stored fails no request and is logged', async (t, database) => {
  const { stores, clock, owner } = await setUp(t, database);
  await database.client.$executeRawUnsafe('ALTER TABLE "ApiToken" RENAME COLUMN "lastUsedAt" TO "gone"');
  const log = quietLog();
  const uses = createUseRecorder({ ...stores, clock, log });
  uses.record({ tokenId: 'x', actor: owner, expiresAt: undefined, lastUsedAt: undefined });
  await uses.settled();
  t.same(log.messages(), ['warn: storing the last use of tokens failed']);
});

await eachDatabase(t, 'a sign-in link works once', async (t, database) => {
  const { users, authentication, clock, owner } = await setUp(t, database);
  const link = await users.createSignInLink(owner, owner.userId);
  t.same(link.expiresAt, new Date(clock.now().getTime() + 60 * MINUTE));
  const attempts = await Promise.allSettled([1, 2, 3].map(() => authentication.signIn(link.secret)));
  t.equal(attempts.filter(({ status }) => status === 'fulfilled').length, 1, 'of three at once, one');
  await t.rejects(authentication.signIn(link.secret), { code: 'SIGN_IN_LINK_INVALID' });
  t.equal(await database.client.webSession.count(), 1);
});

await eachDatabase(t, 'a sign-in link is valid for an hour', async (t, database) => {
  const { users, authentication, clock, owner } = await setUp(t, database);
  const link = await users.createSignInLink(owner, owner.userId);
  clock.jump(60 * MINUTE);
  await t.rejects(authentication.signIn(link.secret), { code: 'SIGN_IN_LINK_INVALID' });
  await t.rejects(authentication.signIn('berthlink_guess'), { code: 'SIGN_IN_LINK_INVALID' });
});

await eachDatabase(t, 'a browser stays signed in for two weeks, with all scopes', async (t, database) => {
  const { users, authentication, clock, owner } = await setUp(t, database);
  const signedIn = await authentication.signIn((await users.createSignInLink(owner, owner.userId)).secret);
  t.equal(signedIn.user.id, owner.userId);
  t.match(await authentication.byWebSession(signedIn.secret), owner);
  clock.jump(14 * DAY - 1);
  t.match(await authentication.byWebSession(signedIn.secret), owner);
  clock.jump(1);
  t.equal(await authentication.byWebSession(signedIn.secret), undefined);
  t.equal(await authentication.byWebSession('berthweb_guess'), undefined);
});

await eachDatabase(t, 'signing out applies immediately, in that browser', async (t, database) => {
  const { users, authentication, owner } = await setUp(t, database);
  const signIn = async () =>
    authentication.signIn((await users.createSignInLink(owner, owner.userId)).secret);
  const [here, there] = [await signIn(), await signIn()];
  t.ok(await authentication.byWebSession(here.secret));
  await authentication.signOut(here.secret);
  t.equal(await authentication.byWebSession(here.secret), undefined);
  t.ok(await authentication.byWebSession(there.secret));
  await authentication.signOut(here.secret);
});

await eachDatabase(t, 'expired credentials are removed eventually', async (t, database) => {
  const { users, authentication, clock, owner } = await setUp(t, database);
  const link = async () => (await users.createSignInLink(owner, owner.userId)).secret;
  await authentication.signIn(await link());
  await link();
  clock.jump(15 * DAY);
  await authentication.signIn(await link());
  t.equal(await database.client.signInLink.count(), 1);
  t.equal(await database.client.webSession.count(), 1);
});
