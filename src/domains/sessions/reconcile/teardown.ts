import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { SessionLeaseStore, TeardownRow } from '../provisioning/session-lease-store.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { createRunner } from './runner.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import { isHeldByOther } from '../../../infra/leases/lease.ts';
import { leaseOf } from '../provisioning/session-lease-store.ts';

/** Environments removed at the same time: more would only make the engine slower for everyone. */
const AT_ONCE = 8;

/** Pause before one that failed is tried again, in milliseconds, unless the engine returns sooner. */
const RETRY_MS = 10_000;

/** Rows looked at in one pass. */
const BATCH = 256;

export type Teardown = ReturnType<typeof createTeardown>;

/**
 * Removes the environments of sessions that are stopping, failed or saved, or begin anew, then what
 * their learners deleted. What could not be removed, with the engine away, stays in the database as it is and is
 * taken up by a later wake: nothing is ever forgotten. `onFreed` is called when one was removed: its
 * session may wait for that to begin anew.
 */
export function createTeardown(options: {
  store: SessionStore;
  leases: SessionLeaseStore;
  changer: SessionChanger;
  subnets: Pick<SubnetStore, 'release'>;
  provisioner: Pick<Provisioner, 'abandon'>;
  engine: Pick<Engine, 'destroy'>;
  clock: Clock;
  owner: string;
  logger: Log;
  onFreed: () => void;
}) {
  const { store, leases, changer, subnets, provisioner, engine, clock, owner, logger, onFreed } = options;
  const underWay = new Map<string, Promise<void>>();
  const retryAt = new Map<string, number>();
  const runner = createRunner({
    work: tearDownAll,
    onError: (error) => logger.error({ err: error }, 'Ended sessions could not be looked up.'),
  });

  async function tearDownAll(): Promise<void> {
    const now = clock.now();
    for (const [id, at] of retryAt) if (at <= now.getTime()) retryAt.delete(id);
    const rows = await leases.findToTearDown(BATCH);
    const free = rows.filter(
      (row) => !underWay.has(row.id) && !retryAt.has(row.id) && !isHeldByOther(leaseOf(row), owner, now),
    );
    for (const row of free.slice(0, AT_ONCE - underWay.size)) begin(row);
  }

  /** Not awaited by the pass: one engine call that hangs must not keep the others waiting. */
  function begin(row: TeardownRow): void {
    const work = tearDown(row)
      .catch((error: unknown) => tryLater(row, error))
      .finally(() => {
        underWay.delete(row.id);
        runner.wake();
      });
    underWay.set(row.id, work);
  }

  function tryLater(row: TeardownRow, error: unknown): void {
    retryAt.set(row.id, clock.now().getTime() + RETRY_MS);
    const level = isFault(error, 'ENGINE_UNREACHABLE') ? 'warn' : 'error';
    logger[level](
      { err: error, sessionId: row.id },
      'An environment could not be removed; it is tried again.',
    );
  }

  async function tearDown(row: TeardownRow): Promise<void> {
    await provisioner.abandon(row.id);
    // Without an environment it has nothing there, and the engine need not even be up.
    if (row.environmentId !== null) await engine.destroy(row.environmentId);
    const now = await store.findAny(row.id);
    // Another process may have removed it too, and the session have gone on to its next one.
    if (now && now.environmentId === row.environmentId) await finish(now);
    if (row.environmentId !== null) await subnets.release(row.environmentId);
    onFreed();
  }

  async function finish(row: SessionRow): Promise<void> {
    if (row.removedAt !== null) {
      if (await store.remove(row)) changer.notify({ ...row, generation: row.generation + 1 });
    } else if (row.state === 'stopping') {
      await changer.move(row, 'destroyed', { environmentId: null, endedAt: clock.now() });
    } else {
      await store.change(row, { environmentId: null });
    }
  }

  return {
    /** There may be something to remove. */
    wake: runner.wake,
    /** The engine is back: tries at once what failed. */
    retry(): void {
      retryAt.clear();
      runner.wake();
    },
    /** Resolves when what is being removed is removed, or has failed to be. */
    async stop(): Promise<void> {
      await runner.stop();
      await Promise.all(underWay.values());
    },
  };
}
