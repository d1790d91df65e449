import type { Database } from '../../infra/database/database.ts';
import { whenGone } from '../../infra/database/database-errors.ts';
import type { ApiToken as TokenRow } from '../../infra/database/generated/sqlite/client.ts';
import type { Actor, Scope } from './actor.ts';
import type { Credential } from './credential-cache.ts';
import type { ApiToken } from './user.ts';

export type TokenStore = ReturnType<typeof createTokenStore>;

export function createTokenStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /**
     * Returns the credential of a token, even if it has expired; undefined if it does not exist or its user is
     * disabled.
     */
    async findCredential(hash: string): Promise<TokenCredential | undefined> {
      const row = await client.apiToken.findUnique({
        where: { hash },
        include: { user: { select: { role: true, disabledAt: true } } },
      });
      if (!row || row.user.disabledAt) return undefined;
      const { userId, expiresAt } = row;
      const scopes = readScopes(row.scopes);
      const actor: Actor = { userId, role: row.user.role, scopes, credential: hash };
      return {
        tokenId: row.id,
        expiresAt: expiresAt ?? undefined,
        lastUsedAt: row.lastUsedAt ?? undefined,
        actor: expiresAt ? { ...actor, expiresAt } : actor,
      };
    },

    async find(id: string): Promise<ApiToken | undefined> {
      const row = await client.apiToken.findUnique({ where: { id } });
      return row ? toToken(row) : undefined;
    },

    /** Lists a user's tokens, newest first. */
    async listOf(userId: string): Promise<ApiToken[]> {
      const rows = await client.apiToken.findMany({ where: { userId }, orderBy: { id: 'desc' } });
      return rows.map(toToken);
    },

    /**
     * Inserts a token. Returns false if the user has `limit` tokens already.
     * @throws USER_NOT_FOUND
     */
    async insert(token: ApiToken, hash: string, limit: number): Promise<boolean> {
      const insert = database.transaction(async (tx) => {
        if ((await tx.apiToken.count({ where: { userId: token.userId } })) >= limit) return false;
        await tx.apiToken.create({ data: toRow(token, hash) });
        return true;
      });
      return await insert.catch(whenGone('USER_NOT_FOUND'));
    },

    /** Deletes a token. Returns false if it does not exist. */
    async delete(id: string): Promise<boolean> {
      const { count } = await client.apiToken.deleteMany({ where: { id } });
      return count > 0;
    },

    /**
     * Makes `token` the only one with its id and this hash. Returns the users who lost a token. A token that is stored
     * already stays as it is.
     */
    async replace(token: ApiToken, hash: string): Promise<string[]> {
      return await database.transaction(async (tx) => {
        const same = await tx.apiToken.findMany({ where: { OR: [{ id: token.id }, { hash }] } });
        const exists = same.some(
          (row) => row.id === token.id && row.hash === hash && row.userId === token.userId,
        );
        if (exists) return [];
        await tx.apiToken.deleteMany({ where: { id: { in: same.map((row) => row.id) } } });
        await tx.apiToken.create({ data: toRow(token, hash) });
        return [...new Set(same.map((row) => row.userId))];
      });
    },

    /** Stores the last use of several tokens in one write. Never moves it back. */
    async markUsed(ids: readonly string[], at: Date): Promise<void> {
      await client.apiToken.updateMany({
        where: { id: { in: [...ids] }, OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: at } }] },
        data: { lastUsedAt: at },
      });
    },
  };
}

export interface TokenCredential extends Credential {
  tokenId: string;
  lastUsedAt: Date | undefined;
}

function toToken({ hash: _hash, ...row }: TokenRow): ApiToken {
  return {
    ...row,
    scopes: readScopes(row.scopes),
    expiresAt: row.expiresAt ?? undefined,
    lastUsedAt: row.lastUsedAt ?? undefined,
  };
}

function toRow(token: ApiToken, hash: string): TokenRow {
  return {
    ...token,
    hash,
    scopes: token.scopes.join(' '),
    expiresAt: token.expiresAt ?? null,
    lastUsedAt: token.lastUsedAt ?? null,
  };
}

/** Only {@link toRow} writes this column. */
function readScopes(scopes: string): Scope[] {
  return scopes.split(' ') as Scope[];
}
