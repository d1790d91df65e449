import type { Database } from '../../../infra/database/database.ts';
import type { Job as JobRow, Prisma } from '../../../infra/database/generated/sqlite/client.ts';
import { readReason, reasonColumns } from '../../../infra/database/reason-columns.ts';
import { isUniqueViolation } from '../../../infra/database/unique-violation.ts';
import type { Reason } from '../../../core/errors.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { Job, JobFilter, JobKind, JobProgress } from './job.ts';

export interface NewJob {
  id: string;
  kind: JobKind;
  subject: string;
  /** What no other job of the kind may work on meanwhile; the subject when absent. */
  thing?: string;
  startedById: string;
  createdAt: Date;
}

/** A job under way, as far as the database knows. */
export interface HeldJob {
  id: string;
  kind: JobKind;
  createdAt: Date;
  heldBy: string;
  heldUntil: Date;
}

/** How a job ended. */
export type JobEnd = { state: 'succeeded' | 'cancelled' } | { state: 'failed'; reason: Reason };

/** Newest jobs that are kept; each may have a quarter of a megabyte of log. */
const JOBS_KEPT = 200;
/** Most jobs looked at in one sweep; the next sweep sees the others. */
const SWEEP_LIMIT = 1_000;

const active: Prisma.JobWhereInput = { state: { in: ['queued', 'running'] } };
const withoutLog = { omit: { log: true } } as const;
const nextVersion = { version: { increment: 1 } };

export type JobStore = ReturnType<typeof createJobStore>;

export function createJobStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Stores a queued job; undefined when one of its kind on that thing is under way, in whatever process. */
    async insert({ thing, ...job }: NewJob, lease: Lease): Promise<Job | undefined> {
      try {
        const row = await client.job.create({
          data: {
            ...job,
            state: 'queued',
            activeKey: keyOf(job.kind, thing ?? job.subject),
            heldBy: lease.owner,
            heldUntil: lease.expiresAt,
          },
          ...withoutLog,
        });
        return toJob(row);
      } catch (error) {
        if (isUniqueViolation(error, 'activeKey')) return undefined;
        throw error;
      }
    },

    async findActive(kind: JobKind, thing: string): Promise<Job | undefined> {
      const row = await client.job.findUnique({
        where: { activeKey: keyOf(kind, thing) },
        ...withoutLog,
      });
      return row ? toJob(row) : undefined;
    },

    /** Takes a queued job to `running`; undefined when it is no longer the owner's, or its end was asked for. */
    begin: (id: string, owner: string) =>
      change({ id, state: 'queued', heldBy: owner, cancelledAt: null }, { state: 'running' }),

    /** Stores how far it is; undefined when it is no longer the owner's. */
    report: (id: string, owner: string, { progress, log }: { progress: JobProgress; log: string }) =>
      change({ id, heldBy: owner, ...active }, { progress: JSON.stringify(progress), log }),

    finish: (id: string, owner: string, end: JobEnd, at: Date) =>
      change({ id, heldBy: owner, ...active }, endColumns(end, at)),

    /** Ends a job whose lease owner is dead; undefined when another was first, or the owner lives and renewed the lease. */
    interrupt: ({ id, heldBy, heldUntil }: HeldJob, end: JobEnd, at: Date) =>
      change({ id, heldBy, heldUntil, ...active }, endColumns(end, at)),

    /** Asks for the end of a job; undefined when it has ended, or was asked before. */
    requestCancel: (id: string, at: Date) =>
      change({ id, cancelledAt: null, ...active }, { cancelledAt: at }),

    /** Renews the lease and returns whether the job was cancelled; `lost` if `owner` no longer has the lease. */
    async renew(id: string, { owner, expiresAt }: Lease): Promise<'held' | 'cancelled' | 'lost'> {
      const [row] = await client.job.updateManyAndReturn({
        where: { id, heldBy: owner, ...active },
        data: { heldUntil: expiresAt },
        select: { cancelledAt: true },
      });
      if (!row) return 'lost';
      return row.cancelledAt ? 'cancelled' : 'held';
    },

    async underWay(): Promise<HeldJob[]> {
      const rows = await client.job.findMany({
        where: active,
        select: { id: true, kind: true, heldBy: true, heldUntil: true, createdAt: true },
        orderBy: { id: 'asc' },
        take: SWEEP_LIMIT,
      });
      return rows.map(({ id, kind, heldBy, heldUntil, createdAt }) => ({
        id,
        kind,
        createdAt,
        heldBy: heldBy ?? '',
        heldUntil: heldUntil ?? createdAt,
      }));
    },

    async find(id: string): Promise<Job | undefined> {
      const row = await client.job.findUnique({ where: { id }, ...withoutLog });
      return row ? toJob(row) : undefined;
    },

    async log(id: string): Promise<string | undefined> {
      return (await client.job.findUnique({ where: { id }, select: { log: true } }))?.log;
    },

    /** Newest first. */
    async list(filter: JobFilter, window: { take: number; after: string | undefined }): Promise<Job[]> {
      const rows = await client.job.findMany({
        where: {
          ...(filter.kind !== undefined && { kind: filter.kind }),
          ...(filter.states !== undefined && { state: { in: [...filter.states] } }),
          ...(window.after !== undefined && { id: { lt: window.after } }),
        },
        orderBy: { id: 'desc' },
        take: window.take,
        ...withoutLog,
      });
      return rows.map(toJob);
    },

    /** Removes the oldest of those that have ended, so that no more than a few hundred are kept. */
    async removeOld(): Promise<void> {
      const [newestToGo] = await client.job.findMany({
        select: { id: true },
        orderBy: { id: 'desc' },
        skip: JOBS_KEPT,
        take: 1,
      });
      if (newestToGo) await client.job.deleteMany({ where: { id: { lte: newestToGo.id }, NOT: active } });
    },
  };

  async function change(
    where: Prisma.JobWhereInput,
    data: Prisma.JobUpdateManyMutationInput,
  ): Promise<Job | undefined> {
    const [row] = await client.job.updateManyAndReturn({
      where,
      data: { ...data, ...nextVersion },
      ...withoutLog,
    });
    return row ? toJob(row) : undefined;
  }
}

function keyOf(kind: JobKind, thing: string): string {
  return `${kind}:${thing}`;
}

function endColumns(end: JobEnd, at: Date): Prisma.JobUpdateManyMutationInput {
  const reason = end.state === 'failed' ? reasonColumns(end.reason) : {};
  return { state: end.state, ...reason, finishedAt: at, activeKey: null, heldBy: null, heldUntil: null };
}

function toJob(row: Omit<JobRow, 'log'>): Job {
  const { id, kind, subject, state, version, startedById, createdAt } = row;
  return {
    id,
    kind,
    subject,
    state,
    version,
    // Only ever written by `report`.
    progress: JSON.parse(row.progress) as JobProgress,
    reason: readReason(row),
    startedById,
    cancelledAt: row.cancelledAt ?? undefined,
    createdAt,
    finishedAt: row.finishedAt ?? undefined,
  };
}
