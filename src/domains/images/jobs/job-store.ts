import type { Database } from '../../../infra/database/database.ts';
import type { Job as JobRow, Prisma } from '../../../infra/database/generated/sqlite/client.ts';
import { readReason, reasonColumns } from '../../../infra/database/reason-columns.ts';
import { isUniqueViolation } from '../../../infra/database/database-errors.ts';
import type { Reason } from '../../../core/errors.ts';
import type { Lease, StoredLease } from '../../../infra/leases/lease.ts';
import type { Job, JobFilter, JobKind, JobProgress } from './job.ts';

export interface NewJob {
  id: string;
  kind: JobKind;
  subject: string;
  /** The target that no other job of this kind may work on meanwhile; by default the subject. */
  thing?: string;
  startedById: string;
  createdAt: Date;
}

/** A running job as stored in the database. */
export interface LeasedJob {
  id: string;
  kind: JobKind;
  createdAt: Date;
  lease: StoredLease;
}

/** How a job ended. */
export type JobEnd = { state: 'succeeded' | 'cancelled' } | { state: 'failed'; reason: Reason };

/** Maximum number of stored jobs; each may have a log of 256 KiB. */
const JOBS_KEPT = 200;
/** Maximum number of jobs per sweep; the next sweep reads the others. */
const SWEEP_LIMIT = 1_000;

const active: Prisma.JobWhereInput = { state: { in: ['queued', 'running'] } };
const withoutLog = { omit: { log: true } } as const;
const nextVersion = { version: { increment: 1 } };

export type JobStore = ReturnType<typeof createJobStore>;

export function createJobStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Stores a queued job. Returns undefined if a job of this kind is in progress for the target, in any process. */
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

    /** Changes a queued job to `running`. Returns undefined if the lease was lost, or the job was cancelled. */
    begin: (id: string, owner: string) =>
      change({ id, state: 'queued', heldBy: owner, cancelledAt: null }, { state: 'running' }),

    /** Stores the progress and the log. Returns undefined if the lease was lost. */
    report: (id: string, owner: string, { progress, log }: { progress: JobProgress; log: string }) =>
      change({ id, heldBy: owner, ...active }, { progress: JSON.stringify(progress), log }),

    finish: (id: string, owner: string, end: JobEnd, at: Date) =>
      change({ id, heldBy: owner, ...active }, endColumns(end, at)),

    /**
     * Ends a job whose lease owner is dead. Returns undefined if another process was first, or the owner has renewed
     * the lease.
     */
    interrupt: ({ id, lease }: LeasedJob, end: JobEnd, at: Date) =>
      change({ id, heldBy: lease.owner, heldUntil: lease.expiresAt, ...active }, endColumns(end, at)),

    /** Stores a request to cancel. Returns undefined if the job has ended, or was cancelled before. */
    requestCancel: (id: string, at: Date) =>
      change({ id, cancelledAt: null, ...active }, { cancelledAt: at }),

    /** Renews the lease. Returns whether the job was cancelled; `lost` if `owner` no longer has the lease. */
    async renew(id: string, { owner, expiresAt }: Lease): Promise<'held' | 'cancelled' | 'lost'> {
      const [row] = await client.job.updateManyAndReturn({
        where: { id, heldBy: owner, ...active },
        data: { heldUntil: expiresAt },
        select: { cancelledAt: true },
      });
      if (!row) return 'lost';
      return row.cancelledAt ? 'cancelled' : 'held';
    },

    async listActive(): Promise<LeasedJob[]> {
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
        lease: { owner: heldBy, expiresAt: heldUntil },
      }));
    },

    async find(id: string): Promise<Job | undefined> {
      const row = await client.job.findUnique({ where: { id }, ...withoutLog });
      return row ? toJob(row) : undefined;
    },

    async log(id: string): Promise<string | undefined> {
      return (await client.job.findUnique({ where: { id }, select: { log: true } }))?.log;
    },

    /** Returns a page of jobs, newest first. */
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

    /** Deletes the oldest ended jobs beyond `JOBS_KEPT`. */
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
    // Only `report` writes this column.
    progress: JSON.parse(row.progress) as JobProgress,
    reason: readReason(row),
    startedById,
    cancelledAt: row.cancelledAt ?? undefined,
    createdAt,
    finishedAt: row.finishedAt ?? undefined,
  };
}
