import type { Clock } from '../../core/clock.ts';
import { allScopes } from './actor.ts';
import { hashSecret, shownPrefix } from './secrets.ts';
import type { TokenStore } from './token-store.ts';
import type { UserStore } from './user-store.ts';
import type { User } from './user.ts';

/** The same in every process, so that several that start at once make one admin; sorts first. */
const FIRST_ADMIN_ID = '0'.repeat(26);

/** The one row that BERTH_ADMIN_TOKEN has, whatever its value. */
const ADMIN_TOKEN_ID = `${'0'.repeat(25)}1`;

/** The oldest admin, made now if there is none. */
export async function ensureFirstAdmin({ users, clock }: { users: UserStore; clock: Clock }): Promise<User> {
  const there = await users.oldestAdmin();
  if (there) return there;
  return await users.upsertAdmin({
    id: FIRST_ADMIN_ID,
    name: 'Admin',
    email: undefined,
    role: 'admin',
    disabledAt: undefined,
    createdAt: clock.now(),
  });
}

/**
 * Makes BERTH_ADMIN_TOKEN as the environment has it a token of `admin`: taken in when it is new,
 * exchanged when it changed, revoked when it is gone. The users whose credentials changed by that.
 */
export async function followAdminToken(
  { tokens, clock }: { tokens: TokenStore; clock: Clock },
  admin: User,
  adminToken: string | undefined,
): Promise<string[]> {
  if (adminToken === undefined) {
    const old = await tokens.find(ADMIN_TOKEN_ID);
    return old && (await tokens.delete(ADMIN_TOKEN_ID)) ? [old.userId] : [];
  }
  return await tokens.replace(
    {
      id: ADMIN_TOKEN_ID,
      userId: admin.id,
      name: 'BERTH_ADMIN_TOKEN',
      prefix: shownPrefix(adminToken),
      scopes: [...allScopes],
      createdAt: clock.now(),
      expiresAt: undefined,
      lastUsedAt: undefined,
    },
    hashSecret(adminToken),
  );
}
