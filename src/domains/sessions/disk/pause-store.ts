import type { Database } from '../../../infra/database/database.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { SessionRow } from '../session-store.ts';

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
