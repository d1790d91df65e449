import type { Clock } from '../../../core/clock.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { LEASE_LOST, newLease, withLease } from '../../../infra/leases/lease.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import type { GitProtocol } from '../git/git-address.ts';
import { remoteCommit } from '../git/remote-commit.ts';
import type { KeptVersions } from '../versions/kept-versions.ts';
import { readGitLabs } from './git-labs.ts';
import type { FollowedSource, LabSourceStore, Look } from './lab-source-store.ts';

/** Between two looks for sources whose time has come, in milliseconds. */
const EVERY_MS = 15_000;
const MINUTE_MS = 60_000;

export type Follower = ReturnType<typeof createFollower>;

/** Looks at the repositories that are followed, each at its time, one after another, in one process at a time. */
export function createFollower(options: {
  sources: LabSourceStore;
  versions: Pick<KeptVersions, 'keep'>;
  /** Has the catalogue see what is new, here and in other processes. */
  changed: () => Promise<void>;
  protocols: readonly GitProtocol[];
  holder: string;
  isGone: (owner: string) => boolean;
  clock: Clock;
  log: Log;
}) {
  const { sources, versions, changed, protocols, holder, isGone, clock, log } = options;
  let woken = new AbortController();
  /** Whether a look brought what was not told yet. */
  let untold = false;

  async function look(source: FollowedSource, signal: AbortSignal): Promise<Look> {
    const { ref, folder, commit } = source;
    const address = source.address();
    const now = await remoteCommit({ address, ref, protocols, signal });
    if (now === commit) return { kind: 'unchanged' };
    const read = await readGitLabs({ address, ref, folder, protocols, signal });
    await versions.keep(read.labs);
    const labs = read.labs.map(({ lab: { slug, version } }) => ({ slug, version }));
    return { kind: 'changed', commit: read.commit, labs, problems: read.problems };
  }

  function failure(error: unknown, id: string): Look {
    if (!isFault(error)) log.error({ err: error, source: id }, 'A lab source could not be looked at.');
    return { kind: 'failed', reason: isFault(error) ? error : fault('INTERNAL') };
  }

  /** One look at the source, if no other process is at it. */
  async function follow(due: { id: string; heldBy: string | null }, signal: AbortSignal): Promise<void> {
    const { id } = due;
    const known = await sources.take(due, newLease(clock, holder));
    if (!known) return;
    const held = {
      owner: holder,
      renew: (lease: Parameters<typeof sources.renew>[1]) => sources.renew(id, lease),
      clock,
      signal,
      onError: (error: unknown) => log.warn({ err: error, source: id }, 'lease not renewed'),
    };
    const brought = await withLease(held, (alive) => look(known, alive)).catch((error: unknown) => {
      if (error === LEASE_LOST || signal.aborted) return undefined;
      return failure(error, id);
    });
    if (!brought) return;
    const now = clock.now();
    const next = new Date(now.getTime() + known.everyMinutes * MINUTE_MS);
    const noted = await sources.finish(id, holder, brought, { now, next });
    if (brought.kind === 'failed') {
      const { code, message } = brought.reason;
      log.warn({ source: id, code, message }, 'A lab source could not be had.');
    }
    untold ||= noted && brought.kind === 'changed';
    await tell();
  }

  /** Tells of what changed, until that was told once. */
  async function tell(): Promise<void> {
    if (!untold) return;
    await changed();
    untold = false;
  }

  async function followDue(signal: AbortSignal): Promise<void> {
    await tell();
    const now = clock.now();
    for (const { id, heldBy, heldUntil } of await sources.due(now)) {
      if (signal.aborted) return;
      const free = heldBy === null || isGone(heldBy) || (heldUntil ?? now) <= now;
      if (free) await follow({ id, heldBy }, signal);
    }
  }

  return {
    /** Has {@link maintain} look again at once. */
    wake(): void {
      woken.abort();
    },

    /** Looks until `signal` aborts; a failure is logged, and the next look comes. */
    async maintain(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        woken = new AbortController();
        await followDue(signal).catch((error: unknown) =>
          log.error({ err: error }, 'Lab sources could not be looked at.'),
        );
        await delay(clock, EVERY_MS, AbortSignal.any([signal, woken.signal]));
      }
    },
  };
}
