import type { Clock } from '../../core/clock.ts';
import type { Actor } from './actor.ts';

/** What a secret stands for. */
export interface Credential {
  actor: Actor;
  expiresAt: Date | undefined;
}

/** Beyond a class of a few hundred with several tokens each; about 1 KB an entry, so 4 MB at most. */
const MOST_CREDENTIALS = 4_096;

/** How long, in milliseconds, a lost event can keep a revoked secret alive in this process. */
const TIME_TO_LIVE_MS = 10_000;

export type CredentialCache<C extends Credential> = ReturnType<typeof createCredentialCache<C>>;

/**
 * Remembers whom secrets stand for, by hash, so that not every request asks the database. Those
 * used last stay; what is unknown is not remembered, so guesses push nobody out.
 */
export function createCredentialCache<C extends Credential>({ clock }: { clock: Clock }) {
  const entries = new Map<string, { credential: C; until: number }>();
  /** Reads under way, so that many requests at once make one. */
  const reads = new Map<string, Promise<C | undefined>>();

  function remembered(hash: string): C | undefined {
    const entry = entries.get(hash);
    if (!entry) return undefined;
    entries.delete(hash);
    if (entry.until <= clock.now().getTime()) return undefined;
    entries.set(hash, entry);
    return entry.credential;
  }

  function remember(hash: string, credential: C): void {
    entries.set(hash, { credential, until: clock.now().getTime() + TIME_TO_LIVE_MS });
    if (entries.size <= MOST_CREDENTIALS) return;
    const [oldest] = entries.keys();
    if (oldest !== undefined) entries.delete(oldest);
  }

  async function readOnce(hash: string, read: () => Promise<C | undefined>): Promise<C | undefined> {
    const underWay = reads.get(hash);
    if (underWay) return await underWay;
    const reading = read();
    reads.set(hash, reading);
    try {
      const credential = await reading;
      // A read that began before a change may have seen the time before it: then it is not kept.
      if (credential && reads.get(hash) === reading) remember(hash, credential);
      return credential;
    } finally {
      if (reads.get(hash) === reading) reads.delete(hash);
    }
  }

  return {
    /** The credential of `hash`: as remembered, else as `read` finds it. */
    async get(hash: string, read: () => Promise<C | undefined>): Promise<C | undefined> {
      return remembered(hash) ?? (await readOnce(hash, read));
    },

    /** Forgets the user's credentials, and lets no read that is under way be remembered. */
    forget(userId: string): void {
      reads.clear();
      for (const [hash, { credential }] of entries) {
        if (credential.actor.userId === userId) entries.delete(hash);
      }
    },

    /** Forgets all. */
    clear(): void {
      reads.clear();
      entries.clear();
    },
  };
}
