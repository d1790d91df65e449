import type { Clock } from '../../core/clock.ts';
import type { Actor } from './actor.ts';

/** The actor that a secret authenticates. */
export interface Credential {
  actor: Actor;
  expiresAt: Date | undefined;
}

/**
 * Maximum number of entries: more than a few hundred users with several tokens each. About 1 KB each, so 4 MB at most.
 */
const MOST_CREDENTIALS = 4_096;

/**
 * Lifetime of an entry, in milliseconds: after a lost event, a revoked secret stays valid in this process for this
 * long.
 */
const TIME_TO_LIVE_MS = 10_000;

/**
 * Creates a cache of credentials by the hash of their secret, which saves a query per request. The least recently used
 * entries are removed first. Unknown secrets are not cached, so guesses cannot displace entries.
 */
export function createCredentialCache<C extends Credential>({ clock }: { clock: Clock }) {
  const entries = new Map<string, { credential: C; until: number }>();
  /** Reads in progress, so that simultaneous requests share one. */
  const reads = new Map<string, Promise<C | undefined>>();

  function cached(hash: string): C | undefined {
    const entry = entries.get(hash);
    if (!entry) return undefined;
    entries.delete(hash);
    if (entry.until <= clock.now().getTime()) return undefined;
    entries.set(hash, entry);
    return entry.credential;
  }

  function store(hash: string, credential: C): void {
    entries.set(hash, { credential, until: clock.now().getTime() + TIME_TO_LIVE_MS });
    if (entries.size <= MOST_CREDENTIALS) return;
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  }

  async function readOnce(hash: string, read: () => Promise<C | undefined>): Promise<C | undefined> {
    const pending = reads.get(hash);
    if (pending) return await pending;
    const reading = read();
    reads.set(hash, reading);
    try {
      const credential = await reading;
      // A read that started before a change may return old data, so it is not cached.
      if (credential && reads.get(hash) === reading) store(hash, credential);
      return credential;
    } finally {
      if (reads.get(hash) === reading) reads.delete(hash);
    }
  }

  return {
    /** Returns the credential of `hash` from the cache, or from `read`. */
    async get(hash: string, read: () => Promise<C | undefined>): Promise<C | undefined> {
      return cached(hash) ?? (await readOnce(hash, read));
    },

    /** Removes the user's credentials, and prevents the caching of reads in progress. */
    forget(userId: string): void {
      reads.clear();
      for (const [hash, { credential }] of entries) {
        if (credential.actor.userId === userId) entries.delete(hash);
      }
    },

    /** Removes all entries. */
    clear(): void {
      reads.clear();
      entries.clear();
    },
  };
}
