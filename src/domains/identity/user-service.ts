import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { newId } from '../../core/ids.ts';
import { pageWindow, toPage } from '../../core/paging.ts';
import { allScopes, requireActor, requireLasting } from './actor.ts';
import type { Actor } from './actor.ts';
import type { WorkAccess } from './work-access.ts';
import { hashSecret, makeSecret } from './secrets.ts';
import type { SignInStore } from './sign-in-store.ts';
import { readEmail, readName } from './user.ts';
import type { UserStore } from './user-store.ts';
import type { User, UserService } from './user.ts';

/** Lifetime of a sign-in link, in milliseconds: enough to send and open it. */
const LINK_LIFETIME_MS = 3_600_000;

/** Longest search text, in characters: that of an e-mail address. */
const SEARCH_LIMIT = 254;

export function createUserService({
  users,
  signIns,
  workAccess,
  events,
  clock,
}: {
  users: UserStore;
  signIns: SignInStore;
  workAccess: Pick<WorkAccess, 'people' | 'limits'>;
  events: EventBus;
  clock: Clock;
}): UserService {
  /**
   * Returns a user.
   * @throws USER_NOT_FOUND also if the actor may not see the user
   */
  async function findVisible(actor: Actor, id: string): Promise<User> {
    const isVisible = (await workAccess.people(actor, [id])).has(id);
    const user = isVisible ? await users.find(id) : undefined;
    if (!user) throw fault('USER_NOT_FOUND');
    return user;
  }

  return {
    async viewer(actor) {
      if (!actor) return undefined;
      requireActor(actor, { scope: 'read' });
      return await users.find(actor.userId);
    },

    async get(actor, id) {
      requireActor(actor, { scope: 'read' });
      return await findVisible(actor, id);
    },

    async getMany(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const found = await users.findMany([...(await workAccess.people(actor, ids))]);
      const byId = new Map(found.map((user) => [user.id, user]));
      return ids.map((id) => byId.get(id));
    },

    async list(actor, filter, page) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      const window = pageWindow(page);
      const search = filter.search?.trim().slice(0, SEARCH_LIMIT);
      const limits = await workAccess.limits(actor);
      return toPage(await users.list({ role: filter.role, search, limits }, window), page);
    },

    async create(actor, input) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const now = clock.now();
      const user: User = {
        id: newId(now),
        name: readName(input.name),
        email: input.email === undefined ? undefined : readEmail(input.email),
        role: input.role,
        disabledAt: undefined,
        createdAt: now,
      };
      await users.insert(user);
      return user;
    },

    async update(actor, id, change) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const user = await users.update(id, {
        name: change.name === undefined ? undefined : readName(change.name),
        email: typeof change.email === 'string' ? readEmail(change.email) : change.email,
        role: change.role,
        disabledAt: change.disabled === undefined ? undefined : change.disabled ? clock.now() : null,
      });
      await events.publish('user.changed', { userId: id });
      return user;
    },

    async delete(actor, id) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const deleted = await users.delete(id);
      if (deleted) await events.publish('user.changed', { userId: id });
      return deleted;
    },

    async createSignInLink(actor, userId) {
      requireActor(actor, { scope: 'manage' });
      // A browser session has all scopes, so the token that creates the link needs all of them.
      for (const scope of allScopes) requireActor(actor, { scope });
      // An expiring token cannot create a link either: a browser session lasts for weeks, and may create lasting
      // credentials.
      requireLasting(actor, undefined);
      const user = await findVisible(actor, userId);
      if (actor.userId !== user.id) requireActor(actor, { scope: 'manage', role: 'admin' });
      const now = clock.now();
      const secret = makeSecret('signInLink');
      const expiresAt = new Date(now.getTime() + LINK_LIFETIME_MS);
      await signIns.insertLink({
        id: newId(now),
        userId,
        hash: hashSecret(secret),
        createdAt: now,
        expiresAt,
      });
      return { secret, expiresAt };
    },
  };
}
