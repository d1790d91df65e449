import t from 'tap';
import { createActors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createIdentity } from '../../kit/service/identity.ts';

const TOKEN = 'an-admin-token-that-a-person-chose';

await eachDatabase(t, 'the first start creates an admin and a sign-in link', async (t, database) => {
  const { authentication } = createIdentity(t, database);
  const { linkSecret } = await authentication.bootstrap({});
  const { user } = await authentication.signIn(linkSecret ?? '');
  t.match(user, { role: 'admin', name: 'Admin' });
  t.equal(await database.client.user.count(), 1);
});

await eachDatabase(t, 'a link is created at each start until an admin has signed in', async (t, database) => {
  const { authentication } = createIdentity(t, database);
  t.ok((await authentication.bootstrap({})).linkSecret);
  const { linkSecret } = await authentication.bootstrap({});
  await authentication.signIn(linkSecret ?? '');
  t.equal((await authentication.bootstrap({})).linkSecret, undefined);
  t.equal(await database.client.user.count(), 1);
});

await eachDatabase(
  t,
  "a student's sign-in does not count, an admin's use of a token does",
  async (t, database) => {
    const { authentication, users, tokens } = createIdentity(t, database);
    const { owner, admin } = await createActors(database);
    await authentication.signIn((await users.createSignInLink(owner, owner.userId)).secret);
    const student = await tokens.create(owner, { name: 'x', scopes: ['read'] });
    await authentication.byToken(student.secret);
    await authentication.close();
    t.ok((await authentication.bootstrap({})).linkSecret);

    const { token, secret } = await tokens.create(admin, { name: 'x', scopes: ['read'] });
    t.ok((await authentication.bootstrap({})).linkSecret, 'nor does a token that was only created');
    await authentication.byToken(secret);
    await authentication.close();
    await tokens.revoke(admin, token.id);
    t.equal((await authentication.bootstrap({})).linkSecret, undefined, 'nor does its removal matter');
  },
);

await eachDatabase(t, 'processes that start at once create one admin', async (t, database) => {
  const starts = [1, 2, 3].map(() => createIdentity(t, database).authentication);
  await Promise.all(starts.map((start) => start.bootstrap({ adminToken: TOKEN })));
  t.equal(await database.client.user.count(), 1);
  t.equal(await database.client.apiToken.count(), 1);
});

await eachDatabase(t, 'no admin is created if there is one', async (t, database) => {
  const { authentication } = createIdentity(t, database);
  const { admin } = await createActors(database);
  const { linkSecret } = await authentication.bootstrap({ adminToken: TOKEN });
  t.equal((await authentication.signIn(linkSecret ?? '')).user.id, admin.userId);
  t.equal((await authentication.byToken(TOKEN)).userId, admin.userId);
});

await eachDatabase(t, 'BERTH_ADMIN_TOKEN has all rights, and is stored as a hash', async (t, database) => {
  const { authentication } = createIdentity(t, database);
  await authentication.bootstrap({ adminToken: TOKEN });
  t.match(await authentication.byToken(TOKEN), { role: 'admin', scopes: ['read', 'learn', 'manage'] });
  const rows = await database.client.apiToken.findMany();
  t.match(rows, [{ name: 'BERTH_ADMIN_TOKEN', prefix: '' }]);
  t.notMatch(JSON.stringify(rows), TOKEN);
  await authentication.close();
  const used = (await database.client.apiToken.findFirstOrThrow()).lastUsedAt;
  t.ok(used);
  await authentication.bootstrap({ adminToken: TOKEN });
  t.same(
    (await database.client.apiToken.findFirstOrThrow()).lastUsedAt,
    used,
    'another start leaves it unchanged',
  );
});

await eachDatabase(t, 'changing the variable revokes the old token', async (t, database) => {
  const { authentication } = createIdentity(t, database);
  await authentication.bootstrap({ adminToken: TOKEN });
  t.ok(await authentication.byToken(TOKEN));
  await authentication.bootstrap({ adminToken: `${TOKEN}-2` });
  await t.rejects(authentication.byToken(TOKEN), { code: 'UNAUTHENTICATED' });
  t.ok(await authentication.byToken(`${TOKEN}-2`));
});

await eachDatabase(t, 'removing the variable revokes its token', async (t, database) => {
  const { authentication, tokens } = createIdentity(t, database);
  const { admin } = await createActors(database);
  const kept = await tokens.create(admin, { name: 'kept', scopes: ['read'] });
  await authentication.bootstrap({ adminToken: TOKEN });
  t.ok(await authentication.byToken(TOKEN));
  await authentication.bootstrap({});
  await t.rejects(authentication.byToken(TOKEN), { code: 'UNAUTHENTICATED' });
  t.ok(await authentication.byToken(kept.secret), 'others stay');
});

await eachDatabase(t, 'a token from createToken can become the variable', async (t, database) => {
  const { authentication, tokens } = createIdentity(t, database);
  const { owner } = await createActors(database);
  const { secret } = await tokens.create(owner, { name: 'x', scopes: ['read'] });
  t.equal((await authentication.byToken(secret)).role, 'student');
  await authentication.bootstrap({ adminToken: secret });
  t.equal((await authentication.byToken(secret)).role, 'admin');
});
