import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { SignInStore } from './sign-in-store.ts';
import type { TokenCredential, TokenStore } from './token-store.ts';

/** How exactly a token's last use is kept, in milliseconds: one write a minute, not one a request. */
const LAST_USE_PRECISION_MS = 60_000;

/** Writes when tokens were last used, beside the requests that use them: none waits, none fails by it. */
export function createUseRecorder({
  tokens,
  signIns,
  clock,
  log,
}: {
  tokens: TokenStore;
  signIns: SignInStore;
  clock: Clock;
  log: Log;
}) {
  const writes = new Set<Promise<void>>();
  let adminSeen = false;

  async function write(credential: TokenCredential, at: Date): Promise<void> {
    try {
      await tokens.markUsed(credential.tokenId, at);
      if (credential.actor.role !== 'admin' || adminSeen) return;
      await signIns.markAdminSeen(at);
      adminSeen = true;
    } catch (error) {
      log.warn({ err: error, tokenId: credential.tokenId }, 'The last use of a token was not stored.');
    }
  }

  return {
    tokenUsed(credential: TokenCredential): void {
      const now = clock.now();
      const last = credential.lastUsedAt?.getTime() ?? -Infinity;
      if (now.getTime() - last < LAST_USE_PRECISION_MS) return;
      credential.lastUsedAt = now;
      const writing = write(credential, now).finally(() => writes.delete(writing));
      writes.add(writing);
    },

    /** Resolves when all that was noted is stored. */
    async settled(): Promise<void> {
      await Promise.all(writes);
    },
  };
}
