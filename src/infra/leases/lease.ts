import type { Clock } from '../../core/clock.ts';
import { delay } from '../../core/clock.ts';
import { linkedAbort } from '../../core/async.ts';
import { isOwnerGone } from './process-owner.ts';

/**
 * The exclusive right of one process to do some work. The row of that work stores it, so the other processes leave the
 * work alone. A process renews its leases while it works, and releases each at the end. When a lease has expired, or
 * its owner is gone, another process may adopt it.
 */
export interface Lease {
  /** Names the process: see process-owner.ts. */
  owner: string;
  expiresAt: Date;
}

/** A lease as its row stores it. Both columns are null if no process has a lease. */
export interface StoredLease {
  owner: string | null;
  expiresAt: Date | null;
}

/** Lifetime of a lease since its last renewal, in milliseconds: two renewals in a row may fail. */
export const LEASE_MS = 15_000;

/** Interval between two renewals, in milliseconds. */
const RENEW_EVERY_MS = 5_000;

/** Aborts work whose lease another process has adopted, or may have adopted. */
export const LEASE_LOST = new Error('Another process adopted this work.');

/** Returns a lease of `owner` that starts now and lasts `ms` milliseconds. Storing it again renews it. */
export function newLease(clock: Pick<Clock, 'now'>, owner: string, ms: number = LEASE_MS): Lease {
  return { owner, expiresAt: new Date(clock.now().getTime() + ms) };
}

/** Returns whether a process may adopt the lease: nobody has it, it has expired, or its owner is gone. */
export function isAdoptable(
  { owner, expiresAt }: StoredLease,
  now: Date,
  isGone: (owner: string) => boolean = isOwnerGone,
): boolean {
  return owner === null || expiresAt === null || expiresAt <= now || isGone(owner);
}

/** Returns whether a process other than `owner` does the leased work. */
export function isHeldByOther(lease: StoredLease, owner: string, now: Date): boolean {
  return lease.owner !== owner && !isAdoptable(lease, now);
}

/** Returns whether nobody does the leased work. `isRunning` says whether `owner`, this process, does it. */
export function isAbandoned(
  lease: StoredLease,
  { owner, isRunning, now }: { owner: string; isRunning: boolean; now: Date },
): boolean {
  return lease.owner === owner ? !isRunning : isAdoptable(lease, now);
}

/**
 * Runs `work` for which this process has just stored a lease, and renews the lease until the work ends. The signal
 * that `work` receives aborts with the reason of `signal`. It aborts with LEASE_LOST when another process has the lease,
 * or when no renewal succeeded before the lease expired. The returned promise settles after the last renewal.
 * @throws what `work` throws, or the reason of its signal once that is aborted
 */
export async function withLease<T>(
  options: {
    owner: string;
    /** Stores the lease again; resolves to false if `owner` no longer has it. */
    renew: (lease: Lease) => Promise<boolean>;
    clock: Clock;
    signal?: AbortSignal;
    /** Called for each renewal that fails; a later one may succeed. */
    onError: (error: unknown) => void;
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { owner, renew, clock, signal: given, onError } = options;
  const lost = new AbortController();
  const over = new AbortController();
  const linked = linkedAbort(lost.signal, ...(given ? [given] : []));
  const { signal } = linked;

  async function keepRenewing(): Promise<void> {
    let { expiresAt } = newLease(clock, owner);
    const expire = async () => {
      // A renewal at the last moment may still succeed.
      for (let now = clock.now(); now <= expiresAt && !over.signal.aborted; now = clock.now()) {
        await delay(clock, expiresAt.getTime() - now.getTime() + 1, over.signal);
      }
      if (!over.signal.aborted) lost.abort(LEASE_LOST);
    };
    // In parallel with the renewals, because one can hang for as long as the database does not answer.
    void expire();
    for (;;) {
      await delay(clock, RENEW_EVERY_MS, over.signal);
      if (over.signal.aborted) return;
      const lease = newLease(clock, owner);
      try {
        if (await renew(lease)) expiresAt = lease.expiresAt;
        else return lost.abort(LEASE_LOST);
      } catch (error) {
        onError(error);
        if (clock.now() >= expiresAt) lost.abort(LEASE_LOST);
      }
      if (lost.signal.aborted) return;
    }
  }

  const renewing = keepRenewing();
  try {
    return await work(signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    over.abort();
    linked.unlink();
    await renewing;
  }
}

/**
 * Creates a function that renews the leases of all `running` work by one write, for callers that run many pieces of
 * work. Call it every {@link RENEW_EVERY_MS}, also while nothing runs. It aborts work with `reason` when another
 * process has its lease, or when no renewal succeeded before the lease expired: the database may be away, or hang.
 * @throws what `renew` throws
 */
export function createRenewal(options: {
  owner: string;
  /** Stores the lease of all work again. Resolves to the ids of the work that `owner` still has. */
  renew: (lease: Lease) => Promise<readonly string[]>;
  clock: Clock;
  reason: Error;
}): (running: Iterable<readonly [id: string, work: { abort: AbortController }]>) => Promise<void> {
  const { owner, renew, clock, reason } = options;
  /** When the lease of each piece of work expires unless it is renewed, in milliseconds since 1970. */
  const expiry = new Map<AbortController, number>();
  let isWatching = false;

  async function watch(): Promise<void> {
    if (isWatching) return;
    isWatching = true;
    while (expiry.size > 0) {
      await clock.sleep(Math.max(1, Math.min(...expiry.values()) - clock.now().getTime()));
      const now = clock.now().getTime();
      for (const [abort, at] of expiry) {
        if (at > now) continue;
        expiry.delete(abort);
        abort.abort(reason);
      }
    }
    isWatching = false;
  }

  return async (running) => {
    const before = new Map([...running].map(([id, { abort }]) => [abort, id]));
    for (const ended of expiry.keys()) if (!before.has(ended)) expiry.delete(ended);
    if (before.size === 0) return;
    const lease = newLease(clock, owner);
    // New work stored its lease after the previous renewal, or just before it.
    const first = lease.expiresAt.getTime() - RENEW_EVERY_MS;
    for (const abort of before.keys()) if (!expiry.has(abort)) expiry.set(abort, first);
    void watch();
    const renewed = new Set(await renew(lease));
    for (const [abort, id] of before) {
      if (!renewed.has(id)) abort.abort(reason);
      else if (!abort.signal.aborted) expiry.set(abort, lease.expiresAt.getTime());
    }
  };
}
