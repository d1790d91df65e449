import type { Database } from '../../infra/database/database.ts';
import { whenGone } from '../../infra/database/database-errors.ts';
import type { Credential } from './credential-cache.ts';
import { allScopes } from './actor.ts';
import type { User } from './user.ts';
import { toUser } from './user-store.ts';

/** Set once an admin has signed in or used a token: after that, no sign-in link is printed at start. */
const ADMIN_SEEN = 'identity.admin-seen-at';

interface SecretRow {
  id: string;
  userId: string;
  hash: string;
  createdAt: Date;
  expiresAt: Date;
}

export type SignInStore = ReturnType<typeof createSignInStore>;

/** Stores sign-in links and the web sessions that they start. */
export function createSignInStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** @throws USER_NOT_FOUND */
    async insertLink(link: SecretRow): Promise<void> {
      await client.signInLink.create({ data: link }).catch(whenGone('USER_NOT_FOUND'));
    },

    /**
     * Redeems the link and starts `webSession` for its user, in one transaction. Returns undefined if the link is
     * unknown, used or expired, or its user is disabled.
     */
    async useLink(hash: string, webSession: Omit<SecretRow, 'userId'>): Promise<User | undefined> {
      const now = webSession.createdAt;
      return await database.transaction(async (tx) => {
        const { count } = await tx.signInLink.updateMany({
          where: { hash, usedAt: null, expiresAt: { gt: now }, user: { disabledAt: null } },
          data: { usedAt: now },
        });
        if (count === 0) return undefined;
        const { user } = await tx.signInLink.findUniqueOrThrow({ where: { hash }, include: { user: true } });
        await tx.webSession.create({ data: { ...webSession, userId: user.id } });
        return toUser(user);
      });
    },

    /**
     * Returns the credential of a web session, even if it has expired; undefined if it does not exist or its user is
     * disabled.
     */
    async findCredential(hash: string): Promise<Credential | undefined> {
      const row = await client.webSession.findUnique({
        where: { hash },
        include: { user: { select: { role: true, disabledAt: true } } },
      });
      if (!row || row.user.disabledAt) return undefined;
      return {
        expiresAt: row.expiresAt,
        actor: { userId: row.userId, role: row.user.role, scopes: allScopes, credential: hash },
      };
    },

    /** Deletes a web session. Returns its user; undefined if it does not exist. */
    async deleteWebSession(hash: string): Promise<string | undefined> {
      const row = await client.webSession.findUnique({ where: { hash } });
      await client.webSession.deleteMany({ where: { hash } });
      return row?.userId;
    },

    /** Deletes the links and web sessions that expired before `now`. */
    async deleteExpired(now: Date): Promise<void> {
      await client.signInLink.deleteMany({ where: { expiresAt: { lte: now } } });
      await client.webSession.deleteMany({ where: { expiresAt: { lte: now } } });
    },

    async adminSeen(): Promise<boolean> {
      return (await client.setting.count({ where: { key: ADMIN_SEEN } })) > 0;
    },

    /** Stores the time, unless one is stored already. */
    async markAdminSeen(at: Date): Promise<void> {
      const setting = { key: ADMIN_SEEN, value: at.toISOString() };
      const where = { key: ADMIN_SEEN };
      await client.setting.upsert({ where, create: setting, update: where });
    },
  };
}
