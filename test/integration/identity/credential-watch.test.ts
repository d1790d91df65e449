import { test } from 'tap';
import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { Fault } from '../../../src/core/errors.ts';
import type { EventBus } from '../../../src/infra/bus/event-bus.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import { allScopes, system } from '../../../src/domains/identity/actor.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { createCredentialWatch } from '../../../src/domains/identity/credential-watch.ts';
import { openRedisBus, uniqueChannel } from '../../kit/database/buses.ts';
import { eachDatabase } from '../../kit/database/databases.ts';
import { createIdentity } from '../../kit/service/identity.ts';
import type { Identity } from '../../kit/service/identity.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { until } from '../../kit/basics/until.ts';

/** Longest wait for an end, in milliseconds: shorter than the time between two checks without an event. */
const PATIENCE_MS = 15_000;

/** A process that watches credentials. Records what it opened and how each ended. */
function openWatch(t: Test, { authentication }: Pick<Identity, 'authentication'>, events: EventBus) {
  const log = quietLog();
  const watch = createCredentialWatch({ authentication, events, log });
  t.teardown(() => watch.close());
  const ends: string[] = [];
  /** Opens something for the actor. `name` identifies it when it ends. */
  const open = (actor: Actor, name: string, options?: { withRole?: boolean }) =>
    watch.watch(actor, ({ code }: Fault) => void ends.push(`${name}: ${code}`), options);
  const hasEnded = (end: string) => until(() => ends.includes(end), PATIENCE_MS);
  return { ...watch, open, ends, hasEnded, log };
}

/** Two processes on one database that share events over Redis: one serves, and the other makes changes. */
async function twoProcesses(t: Test, database: Database) {
  const channel = uniqueChannel();
  const [here, there] = [await openRedisBus(t, { channel }), await openRedisBus(t, { channel })];
  // The test's clock is stopped, and credentials are checked on the real one.
  const acting = createIdentity(t, database, { events: there, start: new Date() });
  const serving = createIdentity(t, database, { events: here, start: new Date() });

  async function newUser(name: string, role: Actor['role'] = 'student') {
    const { id: userId } = await acting.users.create(system, { name, role });
    const token = (input: { expiresAt?: Date } = {}) =>
      acting.tokens.create(system, { name, scopes: [...allScopes], userId, ...input });
    const byToken = async (input: { expiresAt?: Date } = {}) => {
      const { token: made, secret } = await token(input);
      return { id: made.id, actor: await serving.authentication.byToken(secret) };
    };
    const byBrowser = async () => {
      const { secret: link } = await acting.users.createSignInLink(system, userId);
      const { secret } = await acting.authentication.signIn(link);
      const actor = await serving.authentication.byWebSession(secret);
      if (!actor) throw new Error('The browser is signed in.');
      return { secret, actor };
    };
    return { userId, byToken, byBrowser };
  }

  return { acting, serving, newUser, watch: openWatch(t, serving, here) };
}

await test('a credential that ends in one process ends what it opened in another', async (t) => {
  await eachDatabase(t, 'ends', async (t, database) => {
    const { acting, newUser, watch } = await twoProcesses(t, database);
    const { userId, byToken, byBrowser } = await newUser('ann', 'instructor');
    const [first, second] = [await byToken(), await byToken()];
    const browser = await byBrowser();
    watch.open(first.actor, 'first');
    watch.open(first.actor, 'again');
    watch.open(second.actor, 'second');
    watch.open(second.actor, 'whatever the role', { withRole: false });
    watch.open(browser.actor, 'browser');
    const stop = watch.open(first.actor, 'stopped');
    stop();
    t.equal(watch.count(), 5);

    await acting.tokens.revoke(system, first.id);
    await watch.hasEnded('again: UNAUTHENTICATED');
    t.strictSame(watch.ends, ['first: UNAUTHENTICATED', 'again: UNAUTHENTICATED'], 'and nothing else');

    await acting.authentication.signOut(browser.secret);
    await watch.hasEnded('browser: UNAUTHENTICATED');

    await acting.users.update(system, userId, { role: 'student' });
    await watch.hasEnded('second: FORBIDDEN');
    t.equal(watch.count(), 1);

    await acting.users.update(system, userId, { disabled: true });
    await watch.hasEnded('whatever the role: UNAUTHENTICATED');
    t.equal(watch.count(), 0);
  });

  await eachDatabase(t, 'ends with its user', async (t, database) => {
    const { acting, newUser, watch } = await twoProcesses(t, database);
    const [gone, other] = [await newUser('gone'), await newUser('other')];
    watch.open((await gone.byToken()).actor, 'gone');
    watch.open((await other.byToken()).actor, 'other');
    // A terminal from before tickets stored their credential.
    watch.open({ userId: gone.userId, role: 'student', scopes: allScopes }, 'nameless');
    await acting.users.delete(system, gone.userId);
    await watch.hasEnded('nameless: UNAUTHENTICATED');
    await watch.hasEnded('gone: UNAUTHENTICATED');
    t.equal(watch.count(), 1, 'the other user is not affected');
  });

  await eachDatabase(t, 'ends automatically', async (t, database) => {
    const { acting, newUser, watch } = await twoProcesses(t, database);
    const { byToken } = await newUser('ann');
    const { actor } = await byToken({ expiresAt: new Date(Date.now() + 1_500) });
    watch.open(actor, 'expiring');
    await watch.hasEnded('expiring: TOKEN_EXPIRED');

    // Authenticated before the revocation, and opened after it: no further event arrives.
    const late = await byToken();
    await acting.tokens.revoke(system, late.id);
    watch.open(late.actor, 'late');
    await watch.hasEnded('late: UNAUTHENTICATED');
  });
});

await test('something opened by an actor from before a demotion ends, even next to what the credential keeps open', async (t) => {
  await eachDatabase(t, 'demoted', async (t, database) => {
    const { acting, newUser, watch } = await twoProcesses(t, database);
    const { userId, byToken } = await newUser('ann', 'instructor');
    const { actor } = await byToken();
    watch.open(actor, 'kept', { withRole: false });
    watch.open(actor, 'before');
    await acting.users.update(system, userId, { role: 'student' });
    await watch.hasEnded('before: FORBIDDEN');
    watch.open(actor, 'after');
    await watch.hasEnded('after: FORBIDDEN');
    t.equal(watch.count(), 1, 'something that does not need the role stays');
  });
});

await test('one that cannot be ended does not keep the others open', async (t) => {
  await eachDatabase(t, 'throws', async (t, database) => {
    const { acting, newUser, watch } = await twoProcesses(t, database);
    const { byToken } = await newUser('ann');
    const { id, actor } = await byToken();
    watch.watch(actor, () => {
      throw new Error('broken');
    });
    watch.open(actor, 'sound');
    await acting.tokens.revoke(system, id);
    await watch.hasEnded('sound: UNAUTHENTICATED');
    t.match(watch.log.messages(), ['error: ending a resource of a credential failed']);
  });
});

await test('a credential that could not be read when it ended is read again soon', async (t) => {
  await eachDatabase(t, 'retries', async (t, database) => {
    const { acting, serving, newUser } = await twoProcesses(t, database);
    const { id, actor } = await (await newUser('ann')).byToken();
    let isAway = true;
    const authentication = {
      ...serving.authentication,
      async byCredential(credential: string) {
        if (isAway) throw new Error('the database is away');
        return await serving.authentication.byCredential(credential);
      },
    };
    // Receives no event of the revocation.
    const watch = openWatch(t, { ...serving, authentication }, createMemoryBus({ log: quietLog() }));
    watch.open(actor, 'open');
    await acting.tokens.revoke(system, id);
    isAway = false;
    await watch.hasEnded('open: UNAUTHENTICATED');
    t.equal(watch.count(), 0);
  });
});
