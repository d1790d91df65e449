import t from 'tap';
import { PAGE_LIMIT } from '../../../src/core/paging.ts';
import { askAsEach, createActors } from '../../kit/service/actors.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createIdentity } from '../../kit/service/identity.ts';

await eachDatabase(t, 'which actors may do what with users', async (t, database) => {
  const { users } = createIdentity(t, database);
  const actors = await createActors(database);
  const { userId } = actors.owner;
  const staff = { instructor: 'ok', admin: 'ok', nobody: 'UNAUTHENTICATED' };
  const adminOnly = {
    owner: 'FORBIDDEN',
    other: 'FORBIDDEN',
    instructor: 'FORBIDDEN',
    admin: 'ok',
    nobody: 'UNAUTHENTICATED',
  };

  t.same(
    await askAsEach(actors, (actor) => users.get(actor, userId)),
    { owner: 'ok', other: 'USER_NOT_FOUND', ...staff },
    'get',
  );
  t.same(
    await askAsEach(actors, (actor) => users.getMany(actor, [userId])),
    { owner: 'ok', other: 'ok', ...staff },
    'getMany',
  );
  t.same(
    await askAsEach(actors, (actor) => users.list(actor, {}, { first: 5 })),
    { owner: 'FORBIDDEN', other: 'FORBIDDEN', ...staff },
    'list',
  );
  t.same(
    await askAsEach(actors, (actor, name) => users.create(actor, { name: `of ${name}`, role: 'student' })),
    adminOnly,
    'create',
  );
  t.same(
    await askAsEach(actors, (actor) => users.update(actor, userId, { name: 'New' })),
    adminOnly,
    'update',
  );
  t.same(
    await askAsEach(actors, (actor) => users.createSignInLink(actor, userId)),
    { owner: 'ok', other: 'USER_NOT_FOUND', instructor: 'FORBIDDEN', admin: 'ok', nobody: 'UNAUTHENTICATED' },
    'createSignInLink',
  );
  t.same(await askAsEach(actors, (actor) => users.delete(actor, userId)), adminOnly, 'delete');
  t.equal(await users.viewer(actors.nobody), undefined);
  t.match(await users.viewer(actors.other), { id: actors.other.userId, role: 'student' });
});

await eachDatabase(t, 'each operation needs its scope', async (t, database) => {
  const { users } = createIdentity(t, database);
  const { admin, owner } = await createActors(database);
  const reader = { ...admin, scopes: ['read', 'learn'] as const };
  const manager = { ...admin, scopes: ['manage'] as const };
  const id = owner.userId;
  await t.rejects(users.viewer(manager), { code: 'FORBIDDEN' });
  await t.rejects(users.get(manager, id), { code: 'FORBIDDEN' });
  await t.rejects(users.getMany(manager, [id]), { code: 'FORBIDDEN' });
  await t.rejects(users.list(manager, {}, { first: 1 }), { code: 'FORBIDDEN' });
  await t.rejects(users.create(reader, { name: 'x', role: 'student' }), { code: 'FORBIDDEN' });
  await t.rejects(users.update(reader, id, {}), { code: 'FORBIDDEN' });
  await t.rejects(users.delete(reader, id), { code: 'FORBIDDEN' });
  await t.rejects(users.createSignInLink(reader, id), { code: 'FORBIDDEN' });
  await t.rejects(
    users.createSignInLink(manager, id),
    { code: 'FORBIDDEN' },
    'a link would grant all scopes',
  );
});

await eachDatabase(t, 'getMany keeps the requested order and omits missing users', async (t, database) => {
  const { users } = createIdentity(t, database);
  const { admin, owner, other } = await createActors(database);
  const ids = [other.userId, 'nowhere', owner.userId, other.userId];
  const found = await users.getMany(admin, ids);
  t.same(
    found.map((user) => user?.name),
    ['other', undefined, 'owner', 'other'],
  );
  t.same(
    (await users.getMany(owner, ids)).map((user) => user?.name),
    [undefined, undefined, 'owner', undefined],
  );
});

await eachDatabase(t, 'lists continue after the previous page', async (t, database) => {
  const { users } = createIdentity(t, database);
  const { admin } = await createActors(database);
  for (let number = 1; number <= 5; number++) {
    await users.create(admin, { name: `Learner ${number}`, role: 'student' });
  }
  const names: string[] = [];
  let after: string | undefined;
  do {
    const page = await users.list(admin, { search: 'learner' }, { first: 2, after });
    names.push(...page.items.map(({ node }) => node.name));
    after = page.hasNextPage ? page.items.at(-1)?.cursor : undefined;
  } while (after !== undefined);
  t.same(
    names.toSorted(),
    [1, 2, 3, 4, 5].map((number) => `Learner ${number}`),
  );
  await t.rejects(users.list(admin, {}, { first: PAGE_LIMIT + 1 }), { code: 'INPUT_INVALID' });
});

await eachDatabase(t, 'lists filter by role, and by name and address in any case', async (t, database) => {
  const { users } = createIdentity(t, database);
  const { admin } = await createActors(database);
  const namesOf = async (filter: Parameters<typeof users.list>[1]) =>
    (await users.list(admin, filter, { first: 50 })).items.map(({ node }) => node.name);
  t.same(await namesOf({ role: 'instructor' }), ['instructor']);
  t.same(await namesOf({ search: 'OWNER@Example' }), ['owner']);
  t.same(await namesOf({ search: 'INSTRUCT' }), ['instructor']);
  t.same(await namesOf({ search: 'o', role: 'admin' }), ['admin'], 'by its address');
  t.equal((await namesOf({ search: '  ' })).length, 4, 'no search at all');
  t.same(await namesOf({ search: "'; --" }), []);
});

await eachDatabase(t, 'each address belongs to one user', async (t, database) => {
  const { users } = createIdentity(t, database);
  const { admin, owner } = await createActors(database);
  const taken = { code: 'EMAIL_TAKEN', message: 'owner@example.org' };
  await t.rejects(users.create(admin, { name: 'x', email: 'OWNER@example.org', role: 'student' }), taken);
  const user = await users.create(admin, { name: 'x', email: 'x@example.org', role: 'student' });
  await t.rejects(users.update(admin, user.id, { email: 'owner@example.org' }), taken);
  t.equal((await users.update(admin, owner.userId, { email: null })).email, undefined);
  t.equal((await users.update(admin, user.id, { email: 'owner@example.org' })).email, 'owner@example.org');
});

await eachDatabase(t, 'a change affects the named fields and publishes the user', async (t, database) => {
  const { users, changedUsers, clock } = createIdentity(t, database);
  const { admin, owner } = await createActors(database);
  const before = await users.get(admin, owner.userId);
  const after = await users.update(admin, owner.userId, { role: 'instructor' });
  t.same(after, { ...before, role: 'instructor' });
  const disabled = await users.update(admin, owner.userId, { disabled: true });
  t.same(disabled.disabledAt, clock.now());
  t.equal((await users.update(admin, owner.userId, { disabled: false })).disabledAt, undefined);
  t.same(changedUsers, [owner.userId, owner.userId, owner.userId]);
  await t.rejects(users.update(admin, 'nowhere', { name: 'x' }), { code: 'USER_NOT_FOUND' });
  await t.rejects(users.update(admin, owner.userId, { name: '' }), { code: 'INPUT_INVALID' });
  t.equal(changedUsers.length, 3, 'a failed change publishes nothing');
});

await eachDatabase(t, 'the last admin cannot be removed', async (t, database) => {
  const { users } = createIdentity(t, database);
  const { admin } = await createActors(database);
  const last = { code: 'LAST_ADMIN' };
  await t.rejects(users.update(admin, admin.userId, { role: 'student' }), last);
  await t.rejects(users.update(admin, admin.userId, { disabled: true }), last);
  await t.rejects(users.delete(admin, admin.userId), last);
  t.equal((await users.update(admin, admin.userId, { name: 'Root' })).name, 'Root');

  const second = await users.create(admin, { name: 'Second', role: 'admin' });
  await users.update(admin, second.id, { disabled: true });
  await t.rejects(users.delete(admin, admin.userId), last, 'a disabled one does not count');
  t.equal(await users.delete(admin, second.id), true, 'and can be removed');
});

await eachDatabase(t, 'two admins who remove each other at once leave one', async (t, database) => {
  const { users } = createIdentity(t, database);
  const { admin } = await createActors(database);
  const second = await users.create(admin, { name: 'Second', role: 'admin' });
  const results = await Promise.allSettled([
    users.update(admin, second.id, { role: 'student' }),
    users.delete(admin, admin.userId),
  ]);
  t.same(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  t.equal(await database.client.user.count({ where: { role: 'admin', disabledAt: null } }), 1);
});

await eachDatabase(t, 'a user is removed with everything they own, once', async (t, database) => {
  const { users, tokens, authentication, changedUsers } = createIdentity(t, database);
  const { admin, owner } = await createActors(database);
  await tokens.create(owner, { name: 'x', scopes: ['read'] });
  const link = await users.createSignInLink(owner, owner.userId);
  await authentication.signIn(link.secret);
  await users.createSignInLink(owner, owner.userId);
  t.equal(await users.delete(admin, owner.userId), true);
  t.same(
    [
      await database.client.apiToken.count(),
      await database.client.signInLink.count(),
      await database.client.webSession.count(),
    ],
    [0, 0, 0],
  );
  const reported = changedUsers.length;
  t.equal(await users.delete(admin, owner.userId), false);
  t.equal(changedUsers.length, reported);
});
