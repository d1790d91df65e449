import type { Clock } from '../../../core/clock.ts';
import { deferred } from '../../../core/deferred.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isHeldByOther, newLease, withLease } from '../../../infra/leases/lease.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { SessionRow } from '../session-store.ts';
import type { PausableMachine, PauseStore } from './pause-store.ts';

export type Pauses = ReturnType<typeof createPauses>;

/**
 * The machines that are paused because of what they write: only the process that paused one resumes it. The
 * database tells the other processes of it, until this process ends it or is gone.
 */
export function createPauses(options: {
  engine: Pick<Engine, 'pause' | 'unpause'>;
  store: PauseStore;
  /** The name under which this process works. */
  owner: string;
  clock: Clock;
  logger: Log;
}) {
  const { engine, store, owner, clock, logger } = options;
  /** By the machine's id; `end` ends the renewal. */
  const paused = new Map<string, { machine: PausableMachine; end: () => void }>();

  /** Pauses even if the database takes nothing, as on a full disk: that is when it matters most. */
  function notStored(machine: PausableMachine) {
    return (error: unknown) =>
      logger.warn({ err: error, sessionId: machine.row.id }, 'pause of a machine not stored');
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
    /** Whether this process paused the machine; false after `release`. */
    has: (machineId: string) => paused.has(machineId),

    /** Whether some process paused the machine of this row. */
    isPaused({ engineId, pausedBy, pausedUntil }: SessionRow['machines'][number]): boolean {
      if (engineId !== null && paused.has(engineId)) return true;
      return isHeldByOther({ owner: pausedBy, expiresAt: pausedUntil }, owner, clock.now());
    },

    /** Pauses the machine until it is released. */
    async pause(machine: PausableMachine): Promise<void> {
      if (!paused.has(machine.machineId)) await acquire(machine);
      await engine.pause(machine.machineId).catch(unlessRefused);
    },

    /** Resumes the machine. */
    async release(machine: PausableMachine): Promise<void> {
      end(machine.machineId);
      await engine.unpause(machine.machineId).catch(unlessRefused);
      await store.release(machine, owner).catch(notStored(machine));
    },

    /** Forgets machines that are gone. */
    forget(isGone: (machineId: string) => boolean): void {
      for (const machineId of paused.keys()) if (isGone(machineId)) end(machineId);
    },

    /** Ends all pauses here. The machines write nothing until another process, or the next one, resumes them. */
    async stop(): Promise<void> {
      const machines = [...paused.values()].map(({ machine }) => machine);
      for (const { machineId } of machines) end(machineId);
      await Promise.all(machines.map((machine) => store.release(machine, owner).catch(notStored(machine))));
    },
  };
}

/**
 * A machine that stopped or went meanwhile writes nothing. One that the engine cannot pause, as without a freezer
 * of processes, is measured while it runs.
 */
function unlessRefused(error: unknown): void {
  if (!isFault(error, 'MACHINE_NOT_RUNNING', 'CONTAINER_NOT_FOUND', 'ENGINE_REFUSED')) throw error;
}
