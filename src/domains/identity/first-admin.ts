import type { Clock } from '../../core/clock.ts';
import { allScopes } from './actor.ts';
import { hashSecret, shownPrefix } from './secrets.ts';
import type { TokenStore } from './token-store.ts';
import type { UserStore } from './user-store.ts';
import type { User } from './user.ts';

/** The same id in every process, so that simultaneous starts create one admin; it sorts first. */
const FIRST_ADMIN_ID = '0'.repeat(26);

/** Id of the row for BERTH_ADMIN_TOKEN, whatever its value. */
const ADMIN_TOKEN_ID = `${'0'.repeat(25)}1`;

/** Returns the oldest admin, and creates one if none exists. */
export async function ensureFirstAdmin({ users, clock }: { users: UserStore; clock: Clock }): Promise<User> {
  const existing = await users.oldestAdmin();
  if (existing) return existing;
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
 * Synchronizes the stored token of `admin` with BERTH_ADMIN_TOKEN: adds, replaces or revokes it. Returns the users
 * whose credentials changed.
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
