import type { Database } from '../../../infra/database/database.ts';
import { isUniqueViolation } from '../../../infra/database/database-errors.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { SessionRow } from '../session-store.ts';

/** Key of the setting with the time of the last round, as an ISO text, which sorts like the times. */
const KEY = 'machines.measured';

export type MeasurementStore = ReturnType<typeof createMeasurementStore>;

/** Decides which process measures machines: all use the same engine, and one of them is enough. */
export function createMeasurementStore({ database }: { database: Database }) {
  const { client } = database;
  return {
    /** Returns whether this process measures now: if the last round started at least `everyMs` ago. */
    async startRound(now: Date, everyMs: number): Promise<boolean> {
      const value = now.toISOString();
      const due = new Date(now.getTime() - everyMs).toISOString();
      const { count } = await client.setting.updateMany({
        where: { key: KEY, value: { lte: due } },
        data: { value },
      });
      if (count === 1) return true;
      if (await client.setting.findUnique({ where: { key: KEY } })) return false;
      return isFirst(client.setting.create({ data: { key: KEY, value } }));
    },
  };
}

/** Returns whether the row was created; false if another process was first. */
async function isFirst(creation: Promise<unknown>): Promise<boolean> {
  try {
    await creation;
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

export type UsageStore = ReturnType<typeof createUsageStore>;

/** Stores how full the disks of machines are. */
export function createUsageStore({ database }: { database: Database }) {
  return {
    /** Stores the percentage for a machine of a ready session; returns whether it changed. */
    async setPercent(sessionId: string, machine: string, diskPercent: number | undefined): Promise<boolean> {
      const now = diskPercent ?? null;
      const { count } = await database.client.machine.updateMany({
        where: {
          sessionId,
          name: machine,
          session: { state: 'ready' },
          // In SQL, the condition "not 95" does not match NULL.
          OR: [{ diskPercent: { not: now } }, ...(now === null ? [] : [{ diskPercent: null }])],
        },
        data: { diskPercent: now },
      });
      return count > 0;
    },
  };
}

/** A machine of a session, with its id on the engine. */
export interface PausableMachine {
  row: Pick<SessionRow, 'id'>;
  name: string;
  machineId: string;
}

export type PauseStore = ReturnType<typeof createPauseStore>;

/** Stores which machines a process paused because of their disk usage, so that other processes leave them paused. */
export function createPauseStore({ database }: { database: Database }) {
  const { client } = database;
  return {
    /** Stores the lease of a pause; it replaces a lease of another process. */
    async acquire(machine: PausableMachine, { owner, expiresAt }: Lease): Promise<void> {
      const data = { pausedBy: owner, pausedUntil: expiresAt };
      await client.machine.updateMany({ where: keyOf(machine), data });
    },

    /** Renews the lease; false if `owner` no longer has it. */
    async renew(machine: PausableMachine, { owner, expiresAt }: Lease): Promise<boolean> {
      const where = { ...keyOf(machine), pausedBy: owner };
      return (await client.machine.updateMany({ where, data: { pausedUntil: expiresAt } })).count === 1;
    },

    /** Releases the owner's lease. */
    async release(machine: PausableMachine, owner: string): Promise<void> {
      const where = { ...keyOf(machine), pausedBy: owner };
      await client.machine.updateMany({ where, data: { pausedBy: null, pausedUntil: null } });
    },
  };
}

const keyOf = ({ row, name }: PausableMachine) => ({ sessionId: row.id, name });
