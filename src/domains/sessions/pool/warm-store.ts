import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { Prisma } from '../../../infra/database/generated/sqlite/client.ts';
import type { Lab, VersionKey } from '../../labs/lab.ts';
import type { Lease, StoredLease } from '../../../infra/leases/lease.ts';
import type { Entry } from '../capacity/admission.ts';
import { needOf } from '../capacity/need.ts';
import { leaseColumns as sessionLease } from '../provisioning/session-lease-store.ts';
import type { SessionWithEnvironment } from '../provisioning/session-lease-store.ts';
import { nextState } from '../session-states.ts';
import { handleOf, withHandle } from '../machine-store.ts';
import type { SessionRow } from '../session-store.ts';
import type { MadeMachine } from '../provisioning/environment-builder.ts';

/** A prewarmed machine. */
export type WarmMachine = MadeMachine & {
  /** Handle of its prepared shell, if it has one. */
  shell?: string;
  /** The engine's digest of how it creates machines; absent if an earlier version of Berth created this one. */
  revision?: string;
};

/** A prewarmed environment, which has no session yet. Its id is the id of the environment on the engine. */
export interface WarmEnvironment {
  id: string;
  labSlug: string;
  labVersion: string;
  state: 'creating' | 'ready' | 'removing';
  /** Memory limit of its machines together. */
  memoryBytes: number;
  /** Number of its networks. */
  networks: number;
  /** Its machines, once it is ready. */
  machines: WarmMachine[];
  /** The lease of the process that creates it. */
  lease: StoredLease;
}

/** The version of a lab that is prewarmed, and when the lab was last used. */
export interface WarmPool {
  labSlug: string;
  labVersion: string;
  /** The last start of the lab, or when its version was first seen. */
  neededAt: Date;
  /** When an admin emptied the pool. */
  drainedAt: Date | null;
}

/** Rolls back a transaction whose session has changed. */
const CHANGED = new Error('The session has changed.');

interface NewWarmEnvironment {
  id: string;
  lab: VersionKey & Pick<Lab, 'machines' | 'networks' | 'steps'>;
  lease: Lease;
  /** Limits on the environments of the lab, and of all labs, including this one. */
  most: { ofLab: number; inAll: number };
  /** Whether the engine has capacity for it. */
  hasCapacity: (tx: Transaction) => Promise<boolean>;
  now: Date;
}

export type WarmStore = ReturnType<typeof createWarmStore>;

/** Stores prewarmed environments, and the pools that they belong to. */
export function createWarmStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    async all(): Promise<WarmEnvironment[]> {
      return (await client.warmEnvironment.findMany({ orderBy: { id: 'asc' } })).map(toEnvironment);
    },

    async find(id: string): Promise<WarmEnvironment | undefined> {
      const row = await client.warmEnvironment.findUnique({ where: { id } });
      return row ? toEnvironment(row) : undefined;
    },

    /** Finds the oldest ready environment of this version of the lab. */
    async findReady({ slug, version }: VersionKey): Promise<WarmEnvironment | undefined> {
      const row = await client.warmEnvironment.findFirst({
        where: { labSlug: slug, labVersion: version, state: 'ready' },
        orderBy: { id: 'asc' },
      });
      return row ? toEnvironment(row) : undefined;
    },

    /**
     * Stores an environment that `lease.owner` will create. Resolves to false if a limit in `most` is reached, without
     * capacity, or if the lab's pool has another version. Safe under concurrency.
     */
    begin({ id, lab, lease, most, hasCapacity, now }: NewWarmEnvironment): Promise<boolean> {
      const { slug, version } = lab;
      const memoryBytes = BigInt(needOf(lab).memoryBytes);
      return database.withLock('admission', async (tx) => {
        if (!(await hasCapacity(tx))) return false;
        const pool = await tx.warmPool.findUnique({ where: { labSlug: slug } });
        if (pool?.labVersion !== version) return false;
        const ofLab = { labSlug: slug, labVersion: version };
        const remaining = { ...ofLab, state: { not: 'removing' } } as const;
        if ((await tx.warmEnvironment.count({ where: remaining })) >= most.ofLab) return false;
        if ((await tx.warmEnvironment.count()) >= most.inAll) return false;
        await tx.warmEnvironment.create({
          data: {
            ...ofLab,
            id,
            state: 'creating',
            memoryBytes,
            networks: lab.networks.length,
            ...leaseColumns(lease),
            createdAt: now,
          },
        });
        return true;
      });
    },

    /** Marks the environment as ready; false if it is marked for removal, or another process has the lease. */
    async finish(id: string, owner: string, machines: WarmMachine[], now: Date): Promise<boolean> {
      const { count } = await client.warmEnvironment.updateMany({
        where: { id, state: 'creating', heldBy: owner },
        data: {
          state: 'ready',
          machines: JSON.stringify(machines),
          ...noLease,
          readyAt: now,
        },
      });
      return count === 1;
    },

    /**
     * Gives the ready environment to the session and takes the lease on that, in one transaction. Resolves to `gone` if
     * another session has the environment, and to `refused` if `entry` admits no session or `row` is out of date. From
     * then on the session's machines have the handles of the environment's.
     */
    async take(
      row: SessionRow,
      { id: environmentId, machines }: Pick<WarmEnvironment, 'id' | 'machines'>,
      lease: Lease,
      entry: Entry,
    ): Promise<SessionWithEnvironment | 'gone' | 'refused'> {
      const state = nextState(row.state, 'provision');
      if (state === undefined) return 'refused';
      try {
        return await database.withLock('admission', async (tx) => {
          if (!(await entry.mayTake(tx))) return 'refused';
          const unchanged = { id: row.id, generation: row.generation, state: row.state };
          const taken = await tx.warmEnvironment.deleteMany({ where: { id: environmentId, state: 'ready' } });
          if (taken.count === 0) return (await tx.session.count({ where: unchanged })) ? 'gone' : 'refused';
          const [session] = await tx.session.updateManyAndReturn({
            where: unchanged,
            data: {
              state,
              generation: row.generation + 1,
              environmentId,
              ...entry.columns,
              ...sessionLease(lease),
              phase: 'starting',
              percent: null,
            },
          });
          if (!session) throw CHANGED;
          for (const machine of machines) {
            const where = { sessionId: row.id, name: machine.name };
            await tx.machine.updateMany({ where, data: handleOf(machine) });
          }
          return {
            ...session,
            environmentId,
            machines: row.machines.map((machine) => withHandle(machine, machines)),
          };
        });
      } catch (error) {
        if (error === CHANGED) return 'refused';
        throw error;
      }
    },

    /** Takes the lease on a ready environment, so that no session takes it meanwhile; false if one has. */
    async reopen(id: string, lease: Lease): Promise<boolean> {
      const { count } = await client.warmEnvironment.updateMany({
        where: { id, state: 'ready' },
        data: { state: 'creating', ...leaseColumns(lease) },
      });
      return count === 1;
    },

    /** Marks environments for removal, unless a session has taken them; returns the ids of the marked ones. */
    async markForRemoval(ids: readonly string[]): Promise<string[]> {
      const rows = await client.warmEnvironment.updateManyAndReturn({
        where: { id: { in: [...ids] }, state: { not: 'removing' } },
        data: { state: 'removing' },
        select: { id: true },
      });
      return rows.map(({ id }) => id);
    },

    /** Renews all leases of `owner`; returns the ids of the environments that are still needed. */
    async renew({ owner, expiresAt }: Lease): Promise<string[]> {
      const rows = await client.warmEnvironment.updateManyAndReturn({
        where: { heldBy: owner },
        data: { heldUntil: expiresAt },
        select: { id: true, state: true },
      });
      return rows.filter(({ state }) => state === 'creating').map(({ id }) => id);
    },

    /** Removes the row, once nothing of the environment is left on the engine. */
    async remove(id: string): Promise<void> {
      await client.warmEnvironment.deleteMany({ where: { id } });
    },

    pools: (): Promise<WarmPool[]> => client.warmPool.findMany({ orderBy: { labSlug: 'asc' } }),

    /** Prewarms this version of the lab from now on; the same version again changes nothing. */
    async announce({ slug, version }: VersionKey, now: Date): Promise<void> {
      await database.transaction(async (tx) => {
        const pool = await tx.warmPool.findUnique({ where: { labSlug: slug } });
        if (pool?.labVersion === version) return;
        const data = { labVersion: version, neededAt: now, drainedAt: null };
        await tx.warmPool.upsert({
          where: { labSlug: slug },
          create: { labSlug: slug, ...data },
          update: data,
        });
      });
    },

    /** Stops prewarming the lab. */
    async retire(slug: string): Promise<void> {
      await client.warmPool.deleteMany({ where: { labSlug: slug } });
    },

    /** Records that the lab was started. */
    async need(slug: string, now: Date): Promise<void> {
      await client.warmPool.updateMany({ where: { labSlug: slug }, data: { neededAt: now } });
    },

    /** Marks all environments of the lab for removal and returns their ids. */
    async drain(slug: string, now: Date): Promise<string[]> {
      return database.transaction(async (tx) => {
        await tx.warmPool.updateMany({ where: { labSlug: slug }, data: { drainedAt: now } });
        const rows = await tx.warmEnvironment.updateManyAndReturn({
          where: { labSlug: slug, state: { not: 'removing' } },
          data: { state: 'removing' },
          select: { id: true },
        });
        return rows.map(({ id }) => id);
      });
    },
  };
}

function toEnvironment({ machines, ...row }: Prisma.WarmEnvironmentGetPayload<object>): WarmEnvironment {
  const { id, labSlug, labVersion, state, memoryBytes, networks, heldBy, heldUntil } = row;
  return {
    id,
    labSlug,
    labVersion,
    state,
    memoryBytes: Number(memoryBytes),
    networks,
    machines: JSON.parse(machines) as WarmMachine[],
    lease: { owner: heldBy, expiresAt: heldUntil },
  };
}

const noLease = { heldBy: null, heldUntil: null };

function leaseColumns({ owner, expiresAt }: Lease) {
  return { heldBy: owner, heldUntil: expiresAt };
}
