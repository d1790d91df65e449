import type { Clock } from '../../core/clock.ts';
import { delay } from '../../core/clock.ts';
import { fault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import { newId } from '../../core/ids.ts';
import type { Log } from '../../core/log.ts';
import { allScopes, system } from './actor.ts';
import { createCredentialCache } from './credential-cache.ts';
import type { Credential } from './credential-cache.ts';
import { ensureFirstAdmin, followAdminToken } from './first-admin.ts';
import { hashSecret, makeSecret } from './secrets.ts';
import type { SignInStore } from './sign-in-store.ts';
import type { TokenCredential, TokenStore } from './token-store.ts';
import type { UserStore } from './user-store.ts';
import type { AuthenticationService, UserService } from './user.ts';

/** How long a browser stays signed in, in milliseconds: two weeks, so a weekly course needs no new sign-in. */
const WEB_SESSION_LIFETIME_MS = 14 * 24 * 3_600_000;

/** Minimum time between two removals of expired rows, in milliseconds. */
const CLEANING_INTERVAL_MS = 3_600_000;

interface ClosableAuthenticationService extends AuthenticationService {
  /** Stops listening, and waits for pending writes. Must be called before the database closes. */
  close(): Promise<void>;
}

export function createAuthenticationService(dependencies: {
  users: UserStore;
  tokens: TokenStore;
  signIns: SignInStore;
  userService: UserService;
  events: EventBus;
  clock: Clock;
  log: Log;
}): ClosableAuthenticationService {
  const { users, tokens, signIns, userService, events, clock } = dependencies;
  const tokenCache = createCredentialCache<TokenCredential>({ clock });
  const webCache = createCredentialCache({ clock });
  const uses = createUseRecorder(dependencies);
  let cleanedAt = 0;

  const stopListening = events.listen('user.changed', ({ userId }) => {
    tokenCache.forget(userId);
    webCache.forget(userId);
  });

  /**
   * Returns whether the caches may be used. If events of other processes do not arrive, a cached credential could be
   * out of date.
   */
  function canUseCache(): boolean {
    if (events.healthy()) return true;
    tokenCache.clear();
    webCache.clear();
    return false;
  }

  function expired({ expiresAt }: Credential): boolean {
    return expiresAt !== undefined && expiresAt <= clock.now();
  }

  async function removeExpired(now: Date): Promise<void> {
    if (now.getTime() - cleanedAt < CLEANING_INTERVAL_MS) return;
    cleanedAt = now.getTime();
    await signIns.deleteExpired(now);
  }

  return {
    async byToken(secret) {
      const hash = hashSecret(secret);
      const read = () => tokens.findCredential(hash);
      const credential = canUseCache() ? await tokenCache.get(hash, read) : await read();
      if (!credential) throw fault('UNAUTHENTICATED');
      if (expired(credential)) throw fault('TOKEN_EXPIRED');
      uses.record(credential);
      return credential.actor;
    },

    async byWebSession(secret) {
      const hash = hashSecret(secret);
      const read = () => signIns.findCredential(hash);
      const credential = canUseCache() ? await webCache.get(hash, read) : await read();
      return credential && !expired(credential) ? credential.actor : undefined;
    },

    async signIn(linkSecret) {
      const now = clock.now();
      const secret = makeSecret('webSession');
      const expiresAt = new Date(now.getTime() + WEB_SESSION_LIFETIME_MS);
      const user = await signIns.useLink(hashSecret(linkSecret), {
        id: newId(now),
        hash: hashSecret(secret),
        createdAt: now,
        expiresAt,
      });
      if (!user) throw fault('SIGN_IN_LINK_INVALID');
      if (user.role === 'admin') await signIns.markAdminSeen(now);
      await removeExpired(now);
      return { user, secret, expiresAt };
    },

    async signOut(webSessionSecret) {
      const userId = await signIns.deleteWebSession(hashSecret(webSessionSecret));
      if (userId !== undefined) await events.publish('user.changed', { userId });
    },

    async actorOf(userId) {
      const user = await users.find(userId);
      return user && !user.disabledAt ? { userId, role: user.role, scopes: allScopes } : undefined;
    },

    async byCredential(hash) {
      const credential = (await tokens.findCredential(hash)) ?? (await signIns.findCredential(hash));
      return credential && !expired(credential) ? credential.actor : undefined;
    },

    async bootstrap({ adminToken }) {
      const admin = await ensureFirstAdmin(dependencies);
      for (const userId of await followAdminToken(dependencies, admin, adminToken)) {
        await events.publish('user.changed', { userId });
      }
      await removeExpired(clock.now());
      if (await signIns.adminSeen()) return { linkSecret: undefined };
      const { secret } = await userService.createSignInLink(system, admin.id);
      return { linkSecret: secret };
    },

    async close() {
      stopListening();
      await uses.settled();
    },
  };
}

/** Precision of a token's last use, in milliseconds: one write a minute instead of one per request. */
const LAST_USE_PRECISION_MS = 60_000;

/** Minimum time between two writes, in milliseconds. */
const WRITE_EVERY_MS = 1_000;

/** Maximum number of tokens per write: as many as one statement accepts on every database. */
const BATCH = 500;

/**
 * Creates a recorder of tokens' last uses. Requests neither wait for it nor fail because of it. It collects uses into
 * batches: each write syncs to disk, and a whole class can start at once.
 */
export function createUseRecorder({
  tokens,
  signIns,
  clock,
  log,
}: {
  tokens: Pick<TokenStore, 'markUsed'>;
  signIns: Pick<SignInStore, 'markAdminSeen'>;
  clock: Clock;
  log: Log;
}) {
  /** Uses that are not being written yet. */
  const used: TokenCredential[] = [];
  let writing: Promise<void> | undefined;
  let waiting = new AbortController();
  let adminSeen = false;

  async function write(credentials: readonly TokenCredential[], at: Date): Promise<void> {
    const tokenIds = credentials.map(({ tokenId }) => tokenId);
    try {
      await tokens.markUsed(tokenIds, at);
      if (adminSeen || !credentials.some(({ actor }) => actor.role === 'admin')) return;
      await signIns.markAdminSeen(at);
      adminSeen = true;
    } catch (error) {
      log.warn({ err: error, tokenIds }, 'storing the last use of tokens failed');
    }
  }

  async function writeAll(): Promise<void> {
    while (used.length > 0) {
      await write(used.splice(0, BATCH), clock.now());
      await delay(clock, WRITE_EVERY_MS, waiting.signal);
    }
    writing = undefined;
  }

  return {
    record(credential: TokenCredential): void {
      const now = clock.now();
      const last = credential.lastUsedAt?.getTime() ?? -Infinity;
      if (now.getTime() - last < LAST_USE_PRECISION_MS) return;
      credential.lastUsedAt = now;
      used.push(credential);
      writing ??= writeAll();
    },

    /** Writes all pending uses without delay. */
    async settled(): Promise<void> {
      waiting.abort();
      await writing;
      waiting = new AbortController();
    },
  };
}
