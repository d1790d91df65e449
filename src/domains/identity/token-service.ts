import type { Clock } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { newId } from '../../core/ids.ts';
import { allScopes, requireActor, requireLasting } from './actor.ts';
import type { Actor, Scope } from './actor.ts';
import type { WorkAccess } from './work-access.ts';
import { hashSecret, makeSecret, shownPrefix } from './secrets.ts';
import type { TokenStore } from './token-store.ts';
import { readName } from './user.ts';
import type { UserStore } from './user-store.ts';
import type { ApiToken, TokenService } from './user.ts';

/** Maximum number of tokens per user: the list has one page, and a faulty script stops. */
const TOKEN_LIMIT = 100;

export function createTokenService({
  tokens,
  users,
  workAccess,
  events,
  clock,
}: {
  tokens: TokenStore;
  users: UserStore;
  workAccess: Pick<WorkAccess, 'people'>;
  events: EventBus;
  clock: Clock;
}): TokenService {
  /**
   * Requires the user of the tokens, or an admin.
   * @throws USER_NOT_FOUND, FORBIDDEN
   */
  async function requireUserOrAdmin(actor: Actor, userId: string): Promise<void> {
    if (!(await workAccess.people(actor, [userId])).has(userId)) throw fault('USER_NOT_FOUND');
    if (actor.userId !== userId) requireActor(actor, { scope: 'read', role: 'admin' });
    if (!(await users.find(userId))) throw fault('USER_NOT_FOUND');
  }

  return {
    async create(actor, input) {
      requireActor(actor, { scope: 'manage' });
      const userId = input.userId ?? actor.userId;
      await requireUserOrAdmin(actor, userId);
      const now = clock.now();
      const scopes = readScopes(input.scopes);
      for (const scope of scopes) requireActor(actor, { scope });
      if (input.expiresAt && !(input.expiresAt > now)) {
        throw fault('INPUT_INVALID', { problem: 'A token must expire in the future, or never.' });
      }
      requireLasting(actor, input.expiresAt);
      const secret = makeSecret('token');
      const token: ApiToken = {
        id: newId(now),
        userId,
        name: readName(input.name),
        prefix: shownPrefix(secret),
        scopes,
        createdAt: now,
        expiresAt: input.expiresAt,
        lastUsedAt: undefined,
      };
      if (!(await tokens.insert(token, hashSecret(secret), TOKEN_LIMIT))) {
        throw fault('INPUT_INVALID', {
          problem: `A user has at most ${TOKEN_LIMIT} tokens. Revoke one first.`,
        });
      }
      return { token, secret };
    },

    async list(actor, userId) {
      requireActor(actor, { scope: 'read' });
      await requireUserOrAdmin(actor, userId ?? actor.userId);
      return await tokens.listOf(userId ?? actor.userId);
    },

    async revoke(actor, id) {
      requireActor(actor, { scope: 'manage' });
      const token = await tokens.find(id);
      if (!token || (token.userId !== actor.userId && actor.role !== 'admin')) return false;
      const revoked = await tokens.delete(id);
      await events.publish('user.changed', { userId: token.userId });
      return revoked;
    },
  };
}

/**
 * Returns each scope once, in the order of {@link allScopes}.
 * @throws INPUT_INVALID without any scope
 */
function readScopes(given: readonly Scope[]): Scope[] {
  const scopes = allScopes.filter((scope) => given.includes(scope));
  if (scopes.length > 0 && given.every((scope) => allScopes.includes(scope))) return scopes;
  throw fault('INPUT_INVALID', {
    problem: `A token needs one or more of the scopes ${allScopes.join(', ')}.`,
  });
}
