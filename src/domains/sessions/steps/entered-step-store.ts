import type { Database, Transaction } from '../../../infra/database/database.ts';
import { isForeignKeyViolation } from '../../../infra/database/foreign-key-violation.ts';
import { isUniqueViolation } from '../../../infra/database/unique-violation.ts';
import { fault } from '../../../core/errors.ts';
import { isAdoptable } from '../../../infra/leases/lease.ts';
import type { Lease } from '../../../infra/leases/lease.ts';

/** A step of a session. */
export interface StepKey {
  sessionId: string;
  stepId: string;
}

/** One time that it is entered. */
export interface StepEntryKey extends StepKey {
  /** The session's then. */
  generation: number;
}

export type EnteredStepStore = ReturnType<typeof createEnteredStepStore>;

/** Which steps were entered in which sessions, and who runs the scripts of one meanwhile. */
export function createEnteredStepStore({
  database: { client },
  isGone,
}: {
  database: Database;
  /** Whether the process of that name is surely gone. */
  isGone: (owner: string) => boolean;
}) {
  /** Adopts the lease of a process that ended while it ran the step's scripts; false if there is none. */
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
    /** Whether the step is the owner's to prepare; it is not where it was entered before, or another enters it. @throws SESSION_NOT_FOUND */
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
      const where = heldBy(key, owner);
      const { count } = await client.enteredStep.updateMany({ where, data: { heldUntil: expiresAt } });
      return count === 1;
    },

    /** Its scripts have run; false when this entry is not the owner's any more. */
    async finish(key: StepEntryKey, owner: string): Promise<boolean> {
      const data = { heldBy: null, heldUntil: null };
      return (await client.enteredStep.updateMany({ where: heldBy(key, owner), data })).count === 1;
    },

    /** Its scripts did not run to their end: the next to enter it begins anew. False as of `finish`. */
    async forget(key: StepEntryKey, owner: string): Promise<boolean> {
      return (await client.enteredStep.deleteMany({ where: heldBy(key, owner) })).count === 1;
    },
  };
}

function heldBy(key: StepEntryKey, owner: string) {
  return { ...key, heldBy: owner };
}

/** A session that begins anew has entered nothing. */
export async function forgetEntered(tx: Transaction, sessionId: string): Promise<void> {
  await tx.enteredStep.deleteMany({ where: { sessionId } });
}

/** A copy of a session begins where that is. */
export async function copyEntered(tx: Transaction, of: { from: string; to: string }): Promise<void> {
  const rows = await tx.enteredStep.findMany({ where: { sessionId: of.from, heldBy: null } });
  await tx.enteredStep.createMany({ data: rows.map((row) => ({ ...row, sessionId: of.to })) });
}
