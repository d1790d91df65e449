import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { delay } from '../../core/clock.ts';
import type { SignInStore } from './sign-in-store.ts';
import type { TokenCredential, TokenStore } from './token-store.ts';

/** How exactly a token's last use is kept, in milliseconds: one write a minute, not one a request. */
const LAST_USE_PRECISION_MS = 60_000;

/** Shortest time between two writes, in milliseconds. */
const WRITE_EVERY_MS = 1_000;

/** Tokens whose use is written at once: as many as one statement takes on every database. */
const WRITTEN_AT_ONCE = 500;

/**
 * Writes when tokens were last used, beside the requests that use them: none waits, none fails by it.
 * What is used soon after one write goes with the next: when a class comes in, each of its tokens is
 * new, and each write waits for the disk.
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
  /** Not yet being written. */
  const used: TokenCredential[] = [];
  let writing: Promise<void> | undefined;
  let resting = new AbortController();
  let adminSeen = false;

  async function write(credentials: readonly TokenCredential[], at: Date): Promise<void> {
    const tokenIds = credentials.map(({ tokenId }) => tokenId);
    try {
      await tokens.markUsed(tokenIds, at);
      if (adminSeen || !credentials.some(({ actor }) => actor.role === 'admin')) return;
      await signIns.markAdminSeen(at);
      adminSeen = true;
    } catch (error) {
      log.warn({ err: error, tokenIds }, 'The last use of tokens was not stored.');
    }
  }

  async function writeAll(): Promise<void> {
    while (used.length > 0) {
      await write(used.splice(0, WRITTEN_AT_ONCE), clock.now());
      await delay(clock, WRITE_EVERY_MS, resting.signal);
    }
    writing = undefined;
  }

  return {
    tokenUsed(credential: TokenCredential): void {
      const now = clock.now();
      const last = credential.lastUsedAt?.getTime() ?? -Infinity;
      if (now.getTime() - last < LAST_USE_PRECISION_MS) return;
      credential.lastUsedAt = now;
      used.push(credential);
      writing ??= writeAll();
    },

    /** Resolves when all that was noted is stored, which is done at once. */
    async settled(): Promise<void> {
      resting.abort();
      await writing;
      resting = new AbortController();
    },
  };
}
