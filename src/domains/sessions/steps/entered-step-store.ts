import type { Database, Transaction } from '../../../infra/database/database.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../../../infra/database/database-errors.ts';
import { fault } from '../../../core/errors.ts';
import { isAdoptable } from '../../../infra/leases/lease.ts';
import type { Lease } from '../../../infra/leases/lease.ts';

/** A step of a session. */
interface StepKey {
  sessionId: string;
  stepId: string;
}

/** An entry of a step. */
export interface StepEntryKey extends StepKey {
  /** The session's generation at that time. */
  generation: number;
}

export type EnteredStepStore = ReturnType<typeof createEnteredStepStore>;

/** Stores which steps were entered in which sessions, and the lease of the process that runs a step's scripts. */
export function createEnteredStepStore({
  database: { client },
  isGone,
}: {
  database: Database;
  /** Whether the owner's process has certainly ended. */
  isGone: (owner: string) => boolean;
}) {
  /** Adopts the lease of a process that ended while it ran the step's scripts; false without one. */
  async function adopt({ generation, ...key }: StepEntryKey, at: Date, lease: Lease): Promise<boolean> {
    const row = await client.enteredStep.findUnique({ where: { sessionId_stepId: key } });
    if (!row?.heldBy || !row.heldUntil) return false;
    const stored = { owner: row.heldBy, expiresAt: row.heldUntil };
    if (!isAdoptable(stored, at, isGone)) return false;
    const { count } = await client.enteredStep.updateMany({
      where: { ...key, heldBy: row.heldBy, heldUntil: row.heldUntil },
      data: { heldBy: lease.owner, heldUntil: lease.expiresAt, generation },
    });
    return count === 1;
  }

  return {
    /**
     * Takes the lease on the step; false if it was entered before, or another process prepares it.
     * @throws SESSION_NOT_FOUND
     */
    async begin(key: StepEntryKey, at: Date, lease: Lease): Promise<boolean> {
      try {
        await client.enteredStep.create({
          data: { ...key, enteredAt: at, heldBy: lease.owner, heldUntil: lease.expiresAt },
        });
        return true;
      } catch (error) {
        if (isUniqueViolation(error)) return adopt(key, at, lease);
        if (isForeignKeyViolation(error)) throw fault('SESSION_NOT_FOUND');
        throw error;
      }
    },

    /** Renews the lease; false if `owner` no longer has it. */
    async renew(key: StepEntryKey, { owner, expiresAt }: Lease): Promise<boolean> {
      const where = ownedBy(key, owner);
      const { count } = await client.enteredStep.updateMany({ where, data: { heldUntil: expiresAt } });
      return count === 1;
    },

    /** Releases the lease after the scripts have run; false if `owner` no longer has it. */
    async finish(key: StepEntryKey, owner: string): Promise<boolean> {
      const data = { heldBy: null, heldUntil: null };
      return (await client.enteredStep.updateMany({ where: ownedBy(key, owner), data })).count === 1;
    },

    /** Deletes the entry after a failure, so the next entry starts again; false if `owner` no longer has the lease. */
    async forget(key: StepEntryKey, owner: string): Promise<boolean> {
      return (await client.enteredStep.deleteMany({ where: ownedBy(key, owner) })).count === 1;
    },
  };
}

function ownedBy(key: StepEntryKey, owner: string) {
  return { ...key, heldBy: owner };
}

/** Deletes the entries of a session that is reset. */
export async function forgetEntered(tx: Transaction, sessionId: string): Promise<void> {
  await tx.enteredStep.deleteMany({ where: { sessionId } });
}

/** Copies the finished entries to a copy of the session. */
export async function copyEntered(tx: Transaction, of: { from: string; to: string }): Promise<void> {
  const rows = await tx.enteredStep.findMany({ where: { sessionId: of.from, heldBy: null } });
  await tx.enteredStep.createMany({ data: rows.map((row) => ({ ...row, sessionId: of.to })) });
}
