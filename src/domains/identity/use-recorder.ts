import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import type { SignInStore } from './sign-in-store.ts';
import type { TokenCredential, TokenStore } from './token-store.ts';

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
