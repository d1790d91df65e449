import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { Prisma } from '../../../infra/database/generated/sqlite/client.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Claim } from '../provisioning/claim-store.ts';
import type { WarmEnvironment, WarmMachine, WarmPool } from './warm-environment.ts';
import type { LabVersion } from './warm-plan.ts';
import { needOf } from '../capacity/need.ts';

export interface NewWarmEnvironment {
  id: string;
  lab: LabVersion & Pick<Lab, 'machines' | 'networks' | 'steps'>;
  claim: Claim;
  /** How many there may be of the lab, and of all labs, this one included. */
  most: { ofLab: number; inAll: number };
  /** Whether the engine has room for it. */
  hasRoom: (tx: Transaction) => Promise<boolean>;
  now: Date;
}

export type WarmStore = ReturnType<typeof createWarmStore>;

/** Prewarmed environments, and the pools that they belong to. */
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

    /** One that may be taken by a session of this version of the lab, the one that waits longest. */
    async findReady({ slug, version }: LabVersion): Promise<WarmEnvironment | undefined> {
      const row = await client.warmEnvironment.findFirst({
        where: { labSlug: slug, labVersion: version, state: 'ready' },
        orderBy: { id: 'asc' },
      });
      return row ? toEnvironment(row) : undefined;
    },

    /**
     * Notes one that `claim.owner` is about to make, unless there are `most.ofLab` of its lab or
     * `most.inAll` already, there is no room, or its version is not the lab's present one: safe under
     * concurrency.
     */
    begin({ id, lab, claim, most, hasRoom, now }: NewWarmEnvironment): Promise<boolean> {
      const { slug, version } = lab;
      const memoryBytes = BigInt(needOf(lab).memoryBytes);
      return database.inTurn('admission', async (tx) => {
        if (!(await hasRoom(tx))) return false;
        const pool = await tx.warmPool.findUnique({ where: { labSlug: slug } });
        if (pool?.labVersion !== version) return false;
        const ofLab = { labSlug: slug, labVersion: version };
        const staying = { ...ofLab, state: { not: 'leaving' } } as const;
        if ((await tx.warmEnvironment.count({ where: staying })) >= most.ofLab) return false;
        if ((await tx.warmEnvironment.count()) >= most.inAll) return false;
        const held = { heldBy: claim.owner, heldUntil: claim.until };
        await tx.warmEnvironment.create({
          data: {
            ...ofLab,
            id,
            state: 'making',
            memoryBytes,
            networks: lab.networks.length,
            ...held,
            createdAt: now,
          },
        });
        return true;
      });
    },

    /** It is made and can be taken; false when it is to leave, or another has taken over. */
    async finish(id: string, owner: string, machines: WarmMachine[], now: Date): Promise<boolean> {
      const { count } = await client.warmEnvironment.updateMany({
        where: { id, state: 'making', heldBy: owner },
        data: {
          state: 'ready',
          machines: JSON.stringify(machines),
          heldBy: null,
          heldUntil: null,
          readyAt: now,
        },
      });
      return count === 1;
    },

    /** Takes a ready one into the making again, so that nobody takes it meanwhile; false when somebody has. */
    async takeBack(id: string, { owner, until }: Claim): Promise<boolean> {
      const { count } = await client.warmEnvironment.updateMany({
        where: { id, state: 'ready' },
        data: { state: 'making', heldBy: owner, heldUntil: until },
      });
      return count === 1;
    },

    /** These are to be removed, unless a session has taken them; the ids of those that are. */
    async leave(ids: readonly string[]): Promise<string[]> {
      const rows = await client.warmEnvironment.updateManyAndReturn({
        where: { id: { in: [...ids] }, state: { not: 'leaving' } },
        data: { state: 'leaving' },
        select: { id: true },
      });
      return rows.map(({ id }) => id);
    },

    /** Moves the end of all that `owner` makes out; the ids of those that are still wanted. */
    async renew({ owner, until }: Claim): Promise<string[]> {
      const rows = await client.warmEnvironment.updateManyAndReturn({
        where: { heldBy: owner },
        data: { heldUntil: until },
        select: { id: true, state: true },
      });
      return rows.filter(({ state }) => state === 'making').map(({ id }) => id);
    },

    /** Nothing of it is left on the engine. */
    async remove(id: string): Promise<void> {
      await client.warmEnvironment.deleteMany({ where: { id } });
    },

    pools: (): Promise<WarmPool[]> => client.warmPool.findMany({ orderBy: { labSlug: 'asc' } }),

    /** Environments of the lab are made of this version from now on; seeing it again changes nothing. */
    async announce({ slug, version }: LabVersion, now: Date): Promise<void> {
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

    /** No environments of the lab are made any more. */
    async retire(slug: string): Promise<void> {
      await client.warmPool.deleteMany({ where: { labSlug: slug } });
    },

    /** The lab is used. */
    async need(slug: string, now: Date): Promise<void> {
      await client.warmPool.updateMany({ where: { labSlug: slug }, data: { neededAt: now } });
    },

    /** The lab's environments are not needed for now; the ids of those that leave. */
    async drain(slug: string, now: Date): Promise<string[]> {
      return database.transaction(async (tx) => {
        await tx.warmPool.updateMany({ where: { labSlug: slug }, data: { drainedAt: now } });
        const rows = await tx.warmEnvironment.updateManyAndReturn({
          where: { labSlug: slug, state: { not: 'leaving' } },
          data: { state: 'leaving' },
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
    heldBy,
    heldUntil,
  };
}
