import type { Database } from '../../../infra/database/database.ts';
import type { Lease, StoredLease } from '../../../infra/leases/lease.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Entry } from '../capacity/admission.ts';
import { machineRows } from '../machine-store.ts';
import { moveWithin } from '../session-store.ts';
import type { SessionRow } from '../session-store.ts';

/** A session whose environment has a name, so the engine may have something of it. */
export type SessionWithEnvironment = SessionRow & { environmentId: string };

/** The columns of a session that its teardown needs. */
export type TeardownRow = Pick<SessionRow, 'id' | 'environmentId' | 'claimedBy' | 'claimedUntil'>;

export type SessionLeaseStore = ReturnType<typeof createSessionLeaseStore>;

const noLease = { claimedBy: null, claimedUntil: null };

/** Stores the leases on sessions that are being provisioned, and finds the sessions to tear down. */
export function createSessionLeaseStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /**
     * Takes the lease on a waiting session and stores the id of the environment to create for it. `entry` decides in
     * the same transaction whether there is capacity, so nobody else can take that meanwhile. Resolves to undefined
     * without capacity, or if another process was first.
     */
    acquire(
      row: SessionRow,
      environmentId: string,
      lease: Lease,
      entry: Entry,
    ): Promise<SessionWithEnvironment | undefined> {
      return database.withLock('admission', async (tx) => {
        if (!(await entry.hasCapacity(tx))) return undefined;
        const changes = {
          environmentId,
          ...entry.columns,
          ...leaseColumns(lease),
          phase: 'creating',
          percent: null,
        };
        const leased = await moveWithin(tx, row, 'provision', { changes });
        return leased && { ...leased, environmentId };
      });
    },

    /** Moves a session to the lab's current version, with that version's machines: its own no longer exists. */
    async setLabVersion(row: SessionRow, lab: Pick<Lab, 'version' | 'machines'>): Promise<SessionRow> {
      const machines = machineRows(row.id, lab.machines);
      await database.transaction(async (tx) => {
        await tx.session.updateMany({ where: { id: row.id }, data: { labVersion: lab.version } });
        await tx.machine.deleteMany({ where: { sessionId: row.id } });
        await tx.machine.createMany({ data: machines });
      });
      return { ...row, labVersion: lab.version, machines };
    },

    /** Renews all leases of `owner`; resolves to the ids of the sessions that it still provisions. */
    async renew({ owner, expiresAt }: Lease): Promise<string[]> {
      const rows = await client.session.updateManyAndReturn({
        where: { claimedBy: owner, state: 'provisioning' },
        data: { claimedUntil: expiresAt },
        select: { id: true },
      });
      return rows.map(({ id }) => id);
    },

    /** Adopts the lease of a process that is gone; resolves to false if another process was first. */
    async adopt(row: SessionRow, lease: Lease): Promise<boolean> {
      const { count } = await client.session.updateMany({
        where: { id: row.id, generation: row.generation, claimedBy: row.claimedBy },
        data: leaseColumns(lease),
      });
      return count === 1;
    },

    /** Releases the owner's lease, whatever the session's state is. */
    async release(id: string, owner: string): Promise<void> {
      await client.session.updateMany({ where: { id, claimedBy: owner }, data: noLease });
    },

    /** Finds the oldest sessions whose environment, or whose row, must be removed. */
    findToTearDown: (limit: number): Promise<TeardownRow[]> =>
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

/** Returns the lease that a session's columns store. */
export function leaseOf(row: Pick<SessionRow, 'claimedBy' | 'claimedUntil'>): StoredLease {
  return { owner: row.claimedBy, expiresAt: row.claimedUntil };
}

/** Returns the columns of a session that store the lease. */
export function leaseColumns({ owner, expiresAt }: Lease) {
  return { claimedBy: owner, claimedUntil: expiresAt };
}
