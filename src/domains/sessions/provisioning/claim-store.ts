import type { Database } from '../../../infra/database/database.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Entry } from '../capacity/admission.ts';
import { machineRows, moveWithin } from '../session-store.ts';
import type { SessionRow } from '../session-store.ts';

/** Who works on a session, and until when that may be believed. */
export interface Claim {
  owner: string;
  until: Date;
}

/** A session that has an environment, and with it may have something on the engine. */
export type HoldingRow = SessionRow & { environmentId: string };

/** What is to be known of a session to remove what it has on the engine. */
export type LeavingRow = Pick<SessionRow, 'id' | 'environmentId' | 'claimedBy' | 'claimedUntil'>;

export type ClaimStore = ReturnType<typeof createClaimStore>;

/** The claims on sessions being made, and what is to be removed. */
export function createClaimStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /**
     * Claims the session, and names the environment that is to be made for it, if `entry` lets it in:
     * asked in the turn of admission, so that nobody else takes the room meanwhile. Undefined when it
     * does not, or when another was first.
     */
    claim(
      row: SessionRow,
      environmentId: string,
      claim: Claim,
      entry: Entry,
    ): Promise<HoldingRow | undefined> {
      return database.inTurn('admission', async (tx) => {
        if (!(await entry.hasRoom(tx))) return undefined;
        const changes = {
          environmentId,
          ...entry.columns,
          claimedBy: claim.owner,
          claimedUntil: claim.until,
          phase: 'creating',
          percent: null,
        };
        const claimed = await moveWithin(tx, row, 'claim', { changes });
        return claimed && { ...claimed, environmentId };
      });
    },

    /** Notes the lab's present version, where that of the start is known no more: its machines are made. */
    async adoptVersion(row: SessionRow, lab: Pick<Lab, 'version' | 'machines'>): Promise<SessionRow> {
      const machines = machineRows(row.id, lab.machines);
      await database.transaction(async (tx) => {
        await tx.session.updateMany({ where: { id: row.id }, data: { labVersion: lab.version } });
        await tx.machine.deleteMany({ where: { sessionId: row.id } });
        await tx.machine.createMany({ data: machines });
      });
      return { ...row, labVersion: lab.version, machines };
    },

    /** Moves the end of all claims of `owner` out; the ids of the sessions that it still makes. */
    async renew({ owner, until }: Claim): Promise<string[]> {
      const rows = await client.session.updateManyAndReturn({
        where: { claimedBy: owner, state: 'provisioning' },
        data: { claimedUntil: until },
        select: { id: true },
      });
      return rows.map(({ id }) => id);
    },

    /** Takes a claim over from a process that is gone; false when another was first. */
    async takeOver(row: SessionRow, { owner, until }: Claim): Promise<boolean> {
      const { count } = await client.session.updateMany({
        where: { id: row.id, generation: row.generation, claimedBy: row.claimedBy },
        data: { claimedBy: owner, claimedUntil: until },
      });
      return count === 1;
    },

    /** Gives the owner's claim back, whatever became of the session. */
    async release(id: string, owner: string): Promise<void> {
      await client.session.updateMany({
        where: { id, claimedBy: owner },
        data: { claimedBy: null, claimedUntil: null },
      });
    },

    /** Sessions whose environment is to be removed, or whose row: oldest end first. */
    toTearDown: (limit: number): Promise<LeavingRow[]> =>
      client.session.findMany({
        where: {
          OR: [
            { state: 'stopping' },
            { state: { in: ['failed', 'saved', 'queued'] }, environmentId: { not: null } },
            { state: { in: ['ended', 'failed'] }, removedAt: { not: null } },
          ],
        },
        orderBy: { id: 'asc' },
        take: limit,
        select: { id: true, environmentId: true, claimedBy: true, claimedUntil: true },
      }),
  };
}
