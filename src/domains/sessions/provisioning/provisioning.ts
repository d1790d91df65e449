import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault, isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { SessionLeaseStore, SessionWithEnvironment } from './session-lease-store.ts';
import { lifetimeFrom } from '../lifetime-rules.ts';
import type { PreparingProgress } from './preparing/preparing-progress.ts';
import { createProgressReports } from './provisioning-progress.ts';
import { reasonOf } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from './subnet-store.ts';
import type { Taken, WarmStart } from '../pool/warm-start.ts';

/** Why a provisioning ends early: the session was stopped or taken over, or this service stops. */
export const LOST = new Error('The session is not wanted any more.');
export const INTERRUPTED = new Error('The service stops.');

const UNCLAIMED = { claimedBy: null, claimedUntil: null };

export type Provisioning = ReturnType<typeof createProvisioning>;

/**
 * Takes one claimed session to `ready` or `failed`, with the machines that were taken for it where there
 * are any; when aborted, leaves nothing on the engine.
 */
export function createProvisioning(options: {
  store: SessionStore;
  leases: SessionLeaseStore;
  changer: SessionChanger;
  subnets: Pick<SubnetStore, 'release'>;
  make: WarmStart['make'];
  engine: Pick<Engine, 'destroy'>;
  clock: Clock;
  owner: string;
  timeoutSeconds: number;
  logger: Log;
  onOutcome: (outcome: 'ready' | 'failed', seconds: number) => void;
  /** The pool has no network left for a session, which goes on waiting. */
  onNoNetwork: () => void;
}) {
  const { store, leases, changer, subnets, make, engine, clock, owner, timeoutSeconds, logger } = options;
  const { onOutcome, onNoNetwork } = options;

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
      const made = await make(row, taken, abort.signal, progress.report);
      const now = clock.now();
      const changes = { ...lifetimeFrom(now, row), readyAt: now, ...UNCLAIMED };
      moved = await changer.move(made.row, 'provisioned', changes, { machines: made.machines });
      if (!moved) await dropIfForgotten(row);
    } catch (error) {
      const cause: unknown = abort.signal.aborted ? abort.signal.reason : error;
      const noNetwork = isFault(cause, 'SUBNETS_EXHAUSTED');
      if (noNetwork) onNoNetwork();
      if (cause === INTERRUPTED || noNetwork) moved = await giveBack(row, error);
      else if (cause !== LOST) moved = await fail(row, cause);
    } finally {
      progress.close();
      over.abort();
      if (!moved) await leases.release(row.id, owner);
    }
    // One that was saved before does not fail: it is saved again.
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
      onError: (error) => logger.warn({ err: error, sessionId: row.id }, 'Progress could not be stored.'),
    });
  }

  function abortInTime(abort: AbortController, over: AbortSignal): void {
    clock.sleep(timeoutSeconds * 1000, over).then(
      () => abort.abort(fault('PROVISIONING_TIMED_OUT', { seconds: timeoutSeconds })),
      () => undefined,
    );
  }

  async function fail(row: SessionWithEnvironment, cause: unknown): Promise<SessionRow | undefined> {
    logger.warn({ err: cause, sessionId: row.id }, 'An environment could not be made.');
    return changer.move(row, 'fail', { ...reasonOf(cause), ...UNCLAIMED, endedAt: clock.now() });
  }

  /** The session waits again: for the next start, or for a network. Where cleaning up fails too, its claim tells of it then. */
  async function giveBack(row: SessionWithEnvironment, error: unknown): Promise<SessionRow | undefined> {
    if (error !== INTERRUPTED) await engine.destroy(row.environmentId);
    const changes = { environmentId: null, phase: null, percent: null, ...UNCLAIMED };
    const moved = await changer.move(row, 'requeue', changes);
    if (moved) await subnets.release(row.environmentId);
    return moved;
  }

  /** An environment came up for a session that is over, or whose row is gone: no teardown would find it. */
  async function dropIfForgotten({ id, environmentId }: SessionWithEnvironment): Promise<void> {
    const now = await store.findAny(id);
    if (now?.environmentId === environmentId) return;
    await engine.destroy(environmentId);
    await subnets.release(environmentId);
  }
}
