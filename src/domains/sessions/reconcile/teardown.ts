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

/** Environments removed at the same time: more would slow the engine down for everyone. */
const AT_ONCE = 8;

/** Delay before a failed removal is retried, in milliseconds, unless the engine returns sooner. */
const RETRY_MS = 10_000;

/** Rows in one pass. */
const BATCH = 256;

export type Teardown = ReturnType<typeof createTeardown>;

/**
 * Removes the environments of sessions that are stopping, failed, saved or reset, then the rows of deleted sessions. If a
 * removal fails, the row stays and a later pass retries. `onFreed` is called after each removal: a reset session may
 * wait for it.
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
  log: Log;
  onFreed: () => void;
}) {
  const { store, leases, changer, subnets, provisioner, engine, clock, owner, log, onFreed } = options;
  const underWay = new Map<string, Promise<void>>();
  const retryAt = new Map<string, number>();
  const runner = createRunner({
    work: tearDownAll,
    onError: (error) => log.error({ err: error }, 'sessions to tear down not listed'),
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

  /** Starts a removal. The pass does not await it, so a hanging engine call does not delay the others. */
  function begin(row: TeardownRow): void {
    const work = tearDown(row)
      .catch((error: unknown) => retryLater(row, error))
      .finally(() => {
        underWay.delete(row.id);
        runner.wake();
      });
    underWay.set(row.id, work);
  }

  function retryLater(row: TeardownRow, error: unknown): void {
    retryAt.set(row.id, clock.now().getTime() + RETRY_MS);
    const level = isFault(error, 'ENGINE_UNREACHABLE') ? 'warn' : 'error';
    log[level]({ err: error, sessionId: row.id }, 'environment not removed; will retry');
  }

  async function tearDown(row: TeardownRow): Promise<void> {
    await provisioner.abandon(row.id);
    // Without an environment, the engine has nothing of it and may even be down.
    if (row.environmentId !== null) await engine.destroy(row.environmentId);
    const now = await store.findAny(row.id);
    // Another process may have removed it too, and the session may already have a new one.
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
    /** Call this when there may be something to remove. */
    wake: runner.wake,
    /** Retries failed removals immediately, because the engine answers again. */
    retry(): void {
      retryAt.clear();
      runner.wake();
    },
    /** Resolves when all running removals have ended. */
    async stop(): Promise<void> {
      await runner.stop();
      await Promise.all(underWay.values());
    },
  };
}
