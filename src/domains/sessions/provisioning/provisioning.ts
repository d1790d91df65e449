import { delay } from '../../../core/clock.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { SessionLeaseStore, SessionWithEnvironment } from './session-lease-store.ts';
import type { AssignedWork } from '../assigned-work.ts';
import { lifetimeFrom } from '../lifetime-rules.ts';
import type { PreparingProgress } from './preparing/preparation.ts';
import { reasonOf } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from './subnet-store.ts';
import type { Taken, WarmStart } from '../pool/warm-start.ts';

/** Aborts the provisioning of a session that was stopped, or that another process adopted. */
export const LOST = new Error('The session was stopped, or another process provisions it.');

/** Aborts the provisioning when this service stops. */
export const INTERRUPTED = new Error('The service is shutting down.');

/** Shortest time between two reports of one session, in milliseconds: faster than a learner can read. */
const REPORT_EVERY_MS = 250;

const NO_LEASE = { claimedBy: null, claimedUntil: null };

export type Provisioning = ReturnType<typeof createProvisioning>;

/**
 * Provisions one session, on which this process has the lease, until it is `ready` or `failed`. `taken` is a prewarmed
 * environment for it. If aborted, it removes everything from the engine.
 */
export function createProvisioning(options: {
  store: SessionStore;
  leases: SessionLeaseStore;
  changer: SessionChanger;
  subnets: Pick<SubnetStore, 'release'>;
  make: WarmStart['make'];
  engine: Pick<Engine, 'destroy'>;
  assignedWork: Pick<AssignedWork, 'requireCounting' | 'limits'>;
  clock: Clock;
  owner: string;
  timeoutSeconds: number;
  log: Log;
  onOutcome: (outcome: 'ready' | 'failed', seconds: number) => void;
  /** Called when the pool has no network left; the session waits for one. */
  onNoNetwork: () => void;
}) {
  const { store, leases, changer, subnets, make, engine, assignedWork, clock, owner } = options;
  const { timeoutSeconds, log, onOutcome, onNoNetwork } = options;

  return async function provision(
    row: SessionWithEnvironment,
    abort: AbortController,
    taken?: Taken,
  ): Promise<void> {
    const over = new AbortController();
    abortInTime(abort, over.signal);
    const progress = progressOf(row);
    let moved: SessionRow | undefined;
    try {
      // The assignment may have closed while the session waited.
      const isFirst = row.readyAt === null;
      await assignedWork.requireCounting(isFirst ? { ...row, runStartedAt: clock.now() } : row);
      const made = await make(row, taken, abort.signal, progress.report);
      const limits = await assignedWork.limits(row);
      const now = clock.now();
      const changes = { ...lifetimeFrom(now, { ...row, ...limits }), readyAt: now, ...NO_LEASE };
      moved = await changer.move(made.row, 'provisioned', changes, { machines: made.machines });
      if (!moved) await removeIfForgotten(row);
    } catch (error) {
      const cause: unknown = abort.signal.aborted ? abort.signal.reason : error;
      const noNetwork = isFault(cause, 'SUBNETS_EXHAUSTED');
      if (noNetwork) onNoNetwork();
      if (cause === INTERRUPTED || noNetwork) moved = await requeue(row, error);
      else if (cause !== LOST) moved = await fail(row, cause);
    } finally {
      progress.close();
      over.abort();
      if (!moved) await leases.release(row.id, owner);
    }
    // A session with a saved state does not fail but falls back to `saved`.
    if (moved?.state === 'ready' || moved?.state === 'failed' || moved?.state === 'saved') {
      const outcome = moved.state === 'ready' ? 'ready' : 'failed';
      onOutcome(outcome, (clock.now().getTime() - row.lastActivityAt.getTime()) / 1000);
    }
  };

  function progressOf(row: SessionWithEnvironment) {
    async function write({ phase, percent }: PreparingProgress): Promise<void> {
      const changes = { phase, percent: percent === undefined ? null : Math.round(percent) };
      if (await store.change(row, changes)) changer.notify(row);
    }
    return createProgressReports({
      clock,
      write,
      onError: (error) => log.warn({ err: error, sessionId: row.id }, 'progress not stored'),
    });
  }

  function abortInTime(abort: AbortController, over: AbortSignal): void {
    clock.sleep(timeoutSeconds * 1000, over).then(
      () => abort.abort(fault('PROVISIONING_TIMED_OUT', { seconds: timeoutSeconds })),
      () => undefined,
    );
  }

  async function fail(row: SessionWithEnvironment, cause: unknown): Promise<SessionRow | undefined> {
    log.warn({ err: cause, sessionId: row.id }, 'provisioning failed');
    return changer.move(row, 'fail', { ...reasonOf(cause), ...NO_LEASE, endedAt: clock.now() });
  }

  /** Queues the session again: for the next start, or for a network. If the cleanup fails too, its lease expires. */
  async function requeue(row: SessionWithEnvironment, error: unknown): Promise<SessionRow | undefined> {
    if (error !== INTERRUPTED) await engine.destroy(row.environmentId);
    const changes = { environmentId: null, phase: null, percent: null, ...NO_LEASE };
    const moved = await changer.move(row, 'requeue', changes);
    if (moved) await subnets.release(row.environmentId);
    return moved;
  }

  /** Removes an environment whose session ended, or whose row is gone, meanwhile: no teardown would find it. */
  async function removeIfForgotten({ id, environmentId }: SessionWithEnvironment): Promise<void> {
    const now = await store.findAny(id);
    if (now?.environmentId === environmentId) return;
    await engine.destroy(environmentId);
    await subnets.release(environmentId);
  }
}

/**
 * Writes the newest progress, one write at a time, the first immediately and later ones at most every quarter of a
 * second. Callers do not wait for it, and `close` drops what is not written yet.
 */
export function createProgressReports(options: {
  clock: Clock;
  write: (progress: PreparingProgress) => Promise<void>;
  onError: (error: unknown) => void;
}) {
  const { clock, write, onError } = options;
  const closing = new AbortController();
  let newest: PreparingProgress | undefined;
  let written: PreparingProgress | undefined;
  let busy = false;

  async function run(): Promise<void> {
    busy = true;
    while (!closing.signal.aborted) {
      if (newest === undefined || isSame(newest, written)) break;
      written = newest;
      await write(written).catch(onError);
      await delay(clock, REPORT_EVERY_MS, closing.signal);
    }
    busy = false;
  }

  return {
    report(progress: PreparingProgress): void {
      newest = progress;
      if (!busy) void run();
    },
    close(): void {
      closing.abort();
    },
  };
}

const isSame = (a: PreparingProgress, b: PreparingProgress | undefined) =>
  a.phase === b?.phase && a.percent === b.percent;
