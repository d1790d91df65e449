import { requireActor } from '../../../../src/domains/identity/actor.ts';
import type { TokenService } from '../../../../src/domains/identity/user.ts';
import { at } from './world.ts';

/** Tokens service that can create and revoke one token. */
export const tokenService: TokenService = {
  async create(actor, { name, scopes, expiresAt, userId }) {
    requireActor(actor, { scope: 'manage' });
    const of = userId ?? actor.userId;
    const token = {
      id: 'token-1',
      userId: of,
      name,
      prefix: 'berth_ab',
      scopes,
      createdAt: at,
      expiresAt,
    };
    return { token: { ...token, lastUsedAt: undefined }, secret: 'berth_abcdef' };
  },
  list: async () => [],
  async revoke(actor, id) {
    requireActor(actor, { scope: 'manage' });
    return id === 'token-1';
  },
};
