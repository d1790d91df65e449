import type { Clock } from '../../../core/clock.ts';
import { deferred } from '../../../core/async.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isHeldByOther, newLease, withLease } from '../../../infra/leases/lease.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { SessionRow } from '../session-store.ts';
import type { PausableMachine, PauseStore } from './disk-store.ts';

export type Pauses = ReturnType<typeof createPauses>;

/**
 * Pauses machines because of their disk usage. The process that paused a machine has a lease on the pause, and only that
 * process resumes the machine. Other processes resume it when the lease is released or adoptable.
 */
export function createPauses(options: {
  engine: Pick<Engine, 'pause' | 'unpause'>;
  store: PauseStore;
  /** Names this process as a lease owner. */
  owner: string;
  clock: Clock;
  log: Log;
}) {
  const { engine, store, owner, clock, log } = options;
  /** By the machine's id; `end` ends the renewal of the lease. */
  const paused = new Map<string, { machine: PausableMachine; end: () => void }>();

  /** Logs a failed write. The machine is paused anyway: on a full disk, pauses matter most. */
  function notStored(machine: PausableMachine) {
    return (error: unknown) =>
      log.warn({ err: error, sessionId: machine.row.id }, 'lease on a pause not stored');
  }

  async function acquire(machine: PausableMachine): Promise<void> {
    const { promise, resolve } = deferred<void>();
    paused.set(machine.machineId, { machine, end: resolve });
    await store.acquire(machine, newLease(clock, owner)).catch(notStored(machine));
    const renew = (lease: Lease) => store.renew(machine, lease);
    const leased = withLease({ owner, renew, clock, onError: notStored(machine) }, () => promise);
    leased.catch(notStored(machine));
  }

  function end(machineId: string): void {
    paused.get(machineId)?.end();
    paused.delete(machineId);
  }

  return {
    /** Returns whether this process paused the machine and has not released it. */
    has: (machineId: string) => paused.has(machineId),

    /** Returns whether any process paused the machine of this row. */
    isPaused({ containerId, pausedBy, pausedUntil }: SessionRow['machines'][number]): boolean {
      if (containerId !== null && paused.has(containerId)) return true;
      return isHeldByOther({ owner: pausedBy, expiresAt: pausedUntil }, owner, clock.now());
    },

    /** Pauses the machine until `release`. */
    async pause(machine: PausableMachine): Promise<void> {
      if (!paused.has(machine.machineId)) await acquire(machine);
      await engine.pause(machine.machineId).catch(unlessRefused);
    },

    /** Resumes the machine and releases the lease. */
    async release(machine: PausableMachine): Promise<void> {
      end(machine.machineId);
      await engine.unpause(machine.machineId).catch(unlessRefused);
      await store.release(machine, owner).catch(notStored(machine));
    },

    /** Ends the leases on machines that are gone. */
    forget(isGone: (machineId: string) => boolean): void {
      for (const machineId of paused.keys()) if (isGone(machineId)) end(machineId);
    },

    /** Releases all leases. The machines stay paused until another process, or the next run, resumes them. */
    async stop(): Promise<void> {
      const machines = [...paused.values()].map(({ machine }) => machine);
      for (const { machineId } of machines) end(machineId);
      await Promise.all(machines.map((machine) => store.release(machine, owner).catch(notStored(machine))));
    },
  };
}

/**
 * Ignores machines that are stopped or gone, which write nothing. A machine that the engine cannot pause, for example
 * without the freezer cgroup, is measured while it runs.
 */
function unlessRefused(error: unknown): void {
  if (!isFault(error, 'MACHINE_NOT_RUNNING', 'CONTAINER_NOT_FOUND', 'ENGINE_REFUSED')) throw error;
}
