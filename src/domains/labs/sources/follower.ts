import type { Clock } from '../../../core/clock.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { LEASE_LOST, newLease, withLease } from '../../../infra/leases/lease.ts';
import { linkedAbort } from '../../../core/async.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import type { GitProtocol } from '../git/git-address.ts';
import { remoteCommit } from '../git/remote-commit.ts';
import type { KeptVersions } from '../versions/kept-versions.ts';
import { readGitLabs } from './git-labs.ts';
import type { FollowedSource, LabSourceStore, SourceCheck } from './lab-source-store.ts';

/** Interval at which due sources are searched for, in milliseconds. */
const POLL_MS = 15_000;
const MINUTE_MS = 60_000;

export type Follower = ReturnType<typeof createFollower>;

/** Checks followed repositories when they are due, one after another. Only one process checks a repository at a time. */
export function createFollower(options: {
  sources: LabSourceStore;
  versions: Pick<KeptVersions, 'keep'>;
  /** Reloads the catalogue, here and in other processes. */
  changed: () => Promise<void>;
  protocols: readonly GitProtocol[];
  leaseOwner: string;
  isGone: (owner: string) => boolean;
  clock: Clock;
  log: Log;
}) {
  const { sources, versions, changed, protocols, leaseOwner, isGone, clock, log } = options;
  let woken = new AbortController();
  /** Whether a change has not reached the catalogue yet. */
  let hasUnpublished = false;

  async function check(source: FollowedSource, signal: AbortSignal): Promise<SourceCheck> {
    const { ref, folder, commit } = source;
    const address = source.address();
    const current = await remoteCommit({ address, ref, protocols, signal });
    if (current === commit) return { kind: 'unchanged' };
    const read = await readGitLabs({ address, ref, folder, protocols, signal });
    await versions.keep(read.labs);
    const labs = read.labs.map(({ lab: { slug, version } }) => ({ slug, version }));
    return { kind: 'changed', commit: read.commit, labs, problems: read.problems };
  }

  function failure(error: unknown, id: string): SourceCheck {
    if (!isFault(error)) log.error({ err: error, source: id }, 'checking a lab source failed unexpectedly');
    return { kind: 'failed', reason: isFault(error) ? error : fault('INTERNAL') };
  }

  /** Checks the source once, unless another process leases it. */
  async function follow(due: { id: string; heldBy: string | null }, signal: AbortSignal): Promise<void> {
    const { id } = due;
    const known = await sources.take(due, newLease(clock, leaseOwner));
    if (!known) return;
    const held = {
      owner: leaseOwner,
      renew: (lease: Parameters<typeof sources.renew>[1]) => sources.renew(id, lease),
      clock,
      signal,
      onError: (error: unknown) => log.warn({ err: error, source: id }, 'lease not renewed'),
    };
    const result = await withLease(held, (alive) => check(known, alive)).catch((error: unknown) => {
      if (error === LEASE_LOST || signal.aborted) return undefined;
      return failure(error, id);
    });
    if (!result) return;
    const now = clock.now();
    const next = new Date(now.getTime() + known.everyMinutes * MINUTE_MS);
    const noted = await sources.finish(id, leaseOwner, result, { now, next });
    if (result.kind === 'failed') {
      const { code, message } = result.reason;
      log.warn({ source: id, code, message }, 'checking a lab source failed');
    }
    hasUnpublished ||= noted && result.kind === 'changed';
    await publish();
  }

  /** Publishes pending changes. After a failure the next call tries again. */
  async function publish(): Promise<void> {
    if (!hasUnpublished) return;
    await changed();
    hasUnpublished = false;
  }

  async function followDue(signal: AbortSignal): Promise<void> {
    await publish();
    const now = clock.now();
    for (const { id, heldBy, heldUntil } of await sources.due(now)) {
      if (signal.aborted) return;
      const free = heldBy === null || isGone(heldBy) || (heldUntil ?? now) <= now;
      if (free) await follow({ id, heldBy }, signal);
    }
  }

  return {
    /** Makes {@link maintain} check again immediately. */
    wake(): void {
      woken.abort();
    },

    /** Checks sources until `signal` aborts. A failure is logged, and the next check runs at its time. */
    async maintain(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        woken = new AbortController();
        await followDue(signal).catch((error: unknown) =>
          log.error({ err: error }, 'checking lab sources failed'),
        );
        const wait = linkedAbort(signal, woken.signal);
        await delay(clock, POLL_MS, wait.signal);
        wait.unlink();
      }
    },
  };
}
