import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Log } from '../../../core/log.ts';
import { isAbandoned, newLease } from '../../../infra/leases/lease.ts';
import { leaseOf } from '../provisioning/session-lease-store.ts';
import type { SessionLeaseStore } from '../provisioning/session-lease-store.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { reason } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';

/** A session idle for longer than this, in milliseconds, fails instead of being queued again: its learner has left. */
const FORGOTTEN_MS = 60 * 60_000;

export type Adoption = ReturnType<typeof createAdoption>;

/** Adopts sessions that a dead process was provisioning: removes their environments and queues them again. */
export function createAdoption(options: {
  store: SessionStore;
  leases: SessionLeaseStore;
  changer: SessionChanger;
  subnets: Pick<SubnetStore, 'release'>;
  provisioner: Pick<Provisioner, 'isWorkingOn' | 'wake'>;
  engine: Pick<Engine, 'destroy'>;
  clock: Clock;
  owner: string;
  logger: Log;
}) {
  const { store, leases, changer, subnets, provisioner, engine, clock, owner, logger } = options;

  async function adopt(row: SessionRow): Promise<void> {
    const now = clock.now();
    if (!(await leases.adopt(row, newLease(clock, owner)))) return;
    logger.warn({ sessionId: row.id, from: row.claimedBy }, 'abandoned provisioning adopted');
    if (row.environmentId !== null) await engine.destroy(row.environmentId);
    const clean = { environmentId: null, phase: null, percent: null, claimedBy: null, claimedUntil: null };
    if (now.getTime() - row.lastActivityAt.getTime() > FORGOTTEN_MS) {
      const changes = { ...clean, ...reason('PROVISIONING_INTERRUPTED'), endedAt: clock.now() };
      await changer.move(row, 'fail', changes);
    } else {
      await changer.move(row, 'requeue', clean);
    }
    if (row.environmentId !== null) await subnets.release(row.environmentId);
    provisioner.wake();
  }

  /** Checks once all sessions that any process provisions. @throws ENGINE_UNREACHABLE; the next call finds the rest */
  return async function adoptAbandoned(): Promise<void> {
    for (const row of await store.findInStates(['provisioning'])) {
      const isRunning = provisioner.isWorkingOn(row.id);
      if (isAbandoned(leaseOf(row), { owner, isRunning, now: clock.now() })) await adopt(row);
    }
  };
}
