import t from 'tap';
import type { Scope } from '../../../src/domains/identity/actor.ts';
import { hashSecret } from '../../../src/domains/identity/secrets.ts';
import { askAsEach, createActors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createIdentity } from '../../kit/service/identity.ts';

await eachDatabase(t, 'which actors may do what with tokens', async (t, database) => {
  const { tokens } = createIdentity(t, database);
  const actors = await createActors(database);
  const { userId } = actors.owner;
  const keepers = {
    owner: 'ok',
    other: 'USER_NOT_FOUND',
    instructor: 'FORBIDDEN',
    admin: 'ok',
    nobody: 'UNAUTHENTICATED',
  };
  t.same(
    await askAsEach(actors, (actor) => tokens.create(actor, { name: 'x', scopes: ['read'], userId })),
    keepers,
    'create for the owner',
  );
  t.same(await askAsEach(actors, (actor) => tokens.list(actor, userId)), keepers, 'list of the owner');
  t.same(
    await askAsEach(actors, (actor) => tokens.create(actor, { name: 'x', scopes: ['read'] })),
    { owner: 'ok', other: 'ok', instructor: 'ok', admin: 'ok', nobody: 'UNAUTHENTICATED' },
    'create for yourself',
  );
  const revoked: Record<string, boolean> = {};
  t.same(
    await askAsEach(actors, async (actor, name) => {
      const { token } = await tokens.create(actors.owner, { name, scopes: ['read'] });
      revoked[name] = await tokens.revoke(actor, token.id);
    }),
    { owner: 'ok', other: 'ok', instructor: 'ok', admin: 'ok', nobody: 'UNAUTHENTICATED' },
    'revoke',
  );
  t.same(revoked, { owner: true, other: false, instructor: false, admin: true }, 'as if it did not exist');
});

await eachDatabase(t, 'the secret is shown once and stored as a hash', async (t, database) => {
  const { tokens, clock } = createIdentity(t, database);
  const { owner } = await createActors(database);
  const expiresAt = new Date(clock.now().getTime() + 1_000);
  const { token, secret } = await tokens.create(owner, {
    name: ' CI ',
    scopes: ['learn', 'read'],
    expiresAt,
  });
  t.match(token, { userId: owner.userId, name: 'CI', prefix: secret.slice(0, 12), expiresAt });
  t.same(token.scopes, ['read', 'learn']);
  t.same(await tokens.list(owner), [token]);
  const row = await database.client.apiToken.findUniqueOrThrow({ where: { id: token.id } });
  t.equal(row.hash, hashSecret(secret));
  t.notMatch(JSON.stringify([row, token]), secret.slice(12));
});

await eachDatabase(t, 'lists are newest first', async (t, database) => {
  const { tokens, clock } = createIdentity(t, database);
  const { owner } = await createActors(database);
  for (const name of ['first', 'second', 'third']) {
    await tokens.create(owner, { name, scopes: ['read'] });
    clock.jump(1);
  }
  t.same(
    (await tokens.list(owner)).map(({ name }) => name),
    ['third', 'second', 'first'],
  );
});

await eachDatabase(t, 'a token cannot create one with more rights', async (t, database) => {
  const { tokens } = createIdentity(t, database);
  const { owner } = await createActors(database);
  const limited = { ...owner, scopes: ['read', 'manage'] as const };
  await t.rejects(tokens.create(limited, { name: 'x', scopes: ['read', 'learn'] }), { code: 'FORBIDDEN' });
  t.ok(await tokens.create(limited, { name: 'x', scopes: ['read', 'manage'] }));
  const reader = { ...owner, scopes: ['read', 'learn'] as const };
  await t.rejects(tokens.create(reader, { name: 'x', scopes: ['read'] }), { code: 'FORBIDDEN' });
  await t.rejects(tokens.revoke(reader, 'x'), { code: 'FORBIDDEN' });
  await t.rejects(tokens.list({ ...owner, scopes: ['manage'] }), { code: 'FORBIDDEN' });
});

await eachDatabase(t, 'a token cannot create one that outlives it', async (t, database) => {
  const { tokens, users, authentication, clock } = createIdentity(t, database);
  const { owner, admin } = await createActors(database);
  const scopes: Scope[] = ['read', 'learn', 'manage'];
  const inAnHour = new Date(clock.now().getTime() + 3_600_000);
  const refusal = { code: 'FORBIDDEN', message: inAnHour.toISOString() };

  const short = await tokens.create(admin, { name: 'short', scopes, expiresAt: inAnHour });
  const hourly = await authentication.byToken(short.secret);
  const expiresAt = new Date(inAnHour.getTime() + 1);
  await t.rejects(tokens.create(hourly, { name: 'x', scopes }), refusal);
  await t.rejects(tokens.create(hourly, { name: 'x', scopes, expiresAt }), refusal);
  await t.rejects(tokens.create(hourly, { name: 'x', scopes, userId: owner.userId }), refusal);
  await t.rejects(users.createSignInLink(hourly, admin.userId), refusal);
  t.ok(await tokens.create(hourly, { name: 'x', scopes, expiresAt: inAnHour }), 'as long as itself');

  const lasting = await authentication.byToken(
    (await tokens.create(admin, { name: 'lasting', scopes })).secret,
  );
  t.ok(await tokens.create(lasting, { name: 'x', scopes }));
  const { secret } = await users.createSignInLink(lasting, admin.userId);
  const browser = await authentication.byWebSession((await authentication.signIn(secret)).secret);
  t.ok(await tokens.create(browser, { name: 'x', scopes }), 'a signed-in user is a person');
  t.ok(await users.createSignInLink(browser, admin.userId));
});

await eachDatabase(t, 'invalid values for a token are rejected', async (t, database) => {
  const { tokens, clock } = createIdentity(t, database);
  const { owner, admin } = await createActors(database);
  const wrong = { code: 'INPUT_INVALID' };
  const scopes: Scope[] = ['read'];
  await t.rejects(tokens.create(owner, { name: 'x', scopes: [] }), wrong);
  await t.rejects(tokens.create(owner, { name: 'x', scopes: ['root' as Scope] }), wrong);
  await t.rejects(tokens.create(owner, { name: ' ', scopes }), wrong);
  await t.rejects(tokens.create(owner, { name: 'x', scopes, expiresAt: clock.now() }), wrong);
  await t.rejects(tokens.create(owner, { name: 'x', scopes, expiresAt: new Date(NaN) }), wrong);
  await t.rejects(tokens.create(admin, { name: 'x', scopes, userId: 'nowhere' }), { code: 'USER_NOT_FOUND' });
  await t.rejects(tokens.list(admin, 'nowhere'), { code: 'USER_NOT_FOUND' });
  t.equal(await database.client.apiToken.count(), 0);
});

await eachDatabase(t, 'a user has at most a hundred tokens', async (t, database) => {
  const { tokens } = createIdentity(t, database);
  const { owner, other } = await createActors(database);
  for (let count = 0; count < 99; count++) await tokens.create(owner, { name: 'x', scopes: ['read'] });
  const results = await Promise.allSettled(
    [1, 2].map(() => tokens.create(owner, { name: 'x', scopes: ['read'] })),
  );
  t.same(
    results.map(({ status }) => status).toSorted(),
    ['fulfilled', 'rejected'],
    'even with two requests at once',
  );
  t.ok(await tokens.create(other, { name: 'x', scopes: ['read'] }));
});

await eachDatabase(t, 'revoking a removed token succeeds without an event', async (t, database) => {
  const { tokens, changedUsers } = createIdentity(t, database);
  const { owner } = await createActors(database);
  const { token } = await tokens.create(owner, { name: 'x', scopes: ['read'] });
  t.equal(await tokens.revoke(owner, token.id), true);
  t.same(changedUsers, [owner.userId]);
  t.equal(await tokens.revoke(owner, token.id), false);
  t.equal(changedUsers.length, 1);
});
