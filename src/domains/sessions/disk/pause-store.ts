import type { Database } from '../../../infra/database/database.ts';
import type { Hold } from '../../../infra/leases/keep-hold.ts';
import type { SessionRow } from '../session-store.ts';

/** A machine of a session, with its id on the engine. */
export interface PausableMachine {
  row: Pick<SessionRow, 'id'>;
  name: string;
  machineId: string;
}

export type PauseStore = ReturnType<typeof createPauseStore>;

/** Which machines are paused because of what they write, for the other processes. */
export function createPauseStore({ database }: { database: Database }) {
  const { client } = database;
  return {
    /** Stores a pause; one by another process is replaced. */
    async add(machine: PausableMachine, { owner, until }: Hold): Promise<void> {
      const data = { pausedBy: owner, pausedUntil: until };
      await client.machine.updateMany({ where: keyOf(machine), data });
    },

    /** Moves the end of the owner's pause out; false if it is no longer theirs. */
    async renew(machine: PausableMachine, { owner, until }: Hold): Promise<boolean> {
      const where = { ...keyOf(machine), pausedBy: owner };
      return (await client.machine.updateMany({ where, data: { pausedUntil: until } })).count === 1;
    },

    /** Ends the owner's pause. */
    async remove(machine: PausableMachine, owner: string): Promise<void> {
      const where = { ...keyOf(machine), pausedBy: owner };
      await client.machine.updateMany({ where, data: { pausedBy: null, pausedUntil: null } });
    },
  };
}

const keyOf = ({ row, name }: PausableMachine) => ({ sessionId: row.id, name });
