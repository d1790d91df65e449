import type { Clock } from '../../core/clock.ts';
import type { AccessiblePort } from './preview.ts';

/** Lifetime of an entry, in milliseconds: a page requests its hundred files within it. */
const LIFETIME_MS = 5_000;
/** Maximum number of entries: pages that load at this moment. */
const MAX_ENTRIES = 5_000;

interface Entry {
  until: number;
  port: AccessiblePort;
}

export type AccessCache = ReturnType<typeof createAccessCache>;

/** Creates a cache of granted accesses, so that not every file of a page needs a query. */
export function createAccessCache({ clock }: { clock: Clock }) {
  const entries = new Map<string, Entry>();

  let changes = 0;

  function forget(of: (port: AccessiblePort) => boolean): void {
    changes += 1;
    for (const [key, { port }] of entries) if (of(port)) entries.delete(key);
  }

  return {
    get(key: string): AccessiblePort | undefined {
      const entry = entries.get(key);
      return entry && entry.until > clock.now().getTime() ? entry.port : undefined;
    },
    /** Returns a number that grows with every removal: a result that was read before a removal must not be stored. */
    changes: () => changes,
    /** Stores an access; `expiresAt` is the end of the pass. */
    store(key: string, port: AccessiblePort, expiresAt: Date): void {
      if (entries.size >= MAX_ENTRIES) entries.clear();
      const until = Math.min(clock.now().getTime() + LIFETIME_MS, expiresAt.getTime());
      entries.set(key, { until, port });
    },
    forgetSession: (sessionId: string) => forget((port) => port.sessionId === sessionId),
    forgetUser: (userId: string) => forget((port) => port.opener.userId === userId),
    clear: () => entries.clear(),
  };
}
