import type { Database, Transaction } from '../../../infra/database/database.ts';
import { isForeignKeyViolation } from '../../../infra/database/foreign-key-violation.ts';
import { isUniqueViolation } from '../../../infra/database/unique-violation.ts';
import { fault } from '../../../core/errors.ts';
import type { Hold } from '../../../infra/leases/keep-hold.ts';

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
  /** Takes the place of a process that died while it ran the step's scripts; false where there is none. */
  async function takeOver({ generation, ...key }: StepEntryKey, at: Date, hold: Hold): Promise<boolean> {
    const row = await client.enteredStep.findUnique({ where: { sessionId_stepId: key } });
    if (!row?.heldBy || !row.heldUntil) return false;
    if (row.heldUntil >= at && !isGone(row.heldBy)) return false;
    const { count } = await client.enteredStep.updateMany({
      where: { ...key, heldBy: row.heldBy, heldUntil: row.heldUntil },
      data: { heldBy: hold.owner, heldUntil: hold.until, generation },
    });
    return count === 1;
  }

  return {
    /** Whether the step is the owner's to prepare; it is not where it was entered before, or another enters it. @throws SESSION_NOT_FOUND */
    async begin(key: StepEntryKey, at: Date, hold: Hold): Promise<boolean> {
      try {
        await client.enteredStep.create({
          data: { ...key, enteredAt: at, heldBy: hold.owner, heldUntil: hold.until },
        });
        return true;
      } catch (error) {
        if (isUniqueViolation(error)) return takeOver(key, at, hold);
        if (isForeignKeyViolation(error)) throw fault('SESSION_NOT_FOUND');
        throw error;
      }
    },

    /** Moves the end of the hold out; false when the owner does not have it any more. */
    async renew(key: StepEntryKey, { owner, until }: Hold): Promise<boolean> {
      const where = heldBy(key, owner);
      const { count } = await client.enteredStep.updateMany({ where, data: { heldUntil: until } });
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
