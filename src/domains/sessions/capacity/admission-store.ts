import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { SessionRow } from '../session-store.ts';
import type { QuotaLimit, WarmShare } from './ledger.ts';
import type { RunningShare } from './queue-plan.ts';

/** What sessions and prewarmed environments use of the engine, with the quotas. */
export interface Holdings {
  holding: RunningShare[];
  warm: WarmShare[];
  quotas: QuotaLimit[];
}

/** Limit on the sessions of the queue that one pass reads. Those behind them wait until these have started. */
const QUEUE_LIMIT = 2_000;

/** Number of starts whose median estimates the time of the next: enough that one slow image does not count. */
const SAMPLES = 20;

export type AdmissionStore = ReturnType<typeof createAdmissionStore>;

/** Reads what admission needs. */
export function createAdmissionStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Finds the sessions that no process provisions yet, longest waiting first. */
    waiting: (): Promise<SessionRow[]> =>
      client.session.findMany({
        // The earlier environment of a session that was reset or resumed is removed first.
        where: { state: { in: ['requested', 'queued'] }, environmentId: null },
        orderBy: [{ queuedAt: 'asc' }, { id: 'asc' }],
        take: QUEUE_LIMIT,
        include: { machines: { orderBy: { id: 'asc' } } },
      }),

    /** Reads the usage. Inside the transaction that adds to it, nobody else can add meanwhile. */
    async holdings(tx: Transaction = client): Promise<Holdings> {
      const holding = await tx.session.findMany({
        where: { environmentId: { not: null } },
        select: {
          learnerId: true,
          labSlug: true,
          labVersion: true,
          collection: true,
          courseId: true,
          memoryBytes: true,
          networks: true,
          state: true,
          lastActivityAt: true,
          expiresAt: true,
          endsAt: true,
        },
      });
      const warm = await tx.warmEnvironment.findMany({
        select: { labSlug: true, labVersion: true, memoryBytes: true, networks: true, state: true },
      });
      const quotas = await tx.quota.findMany({
        select: { subject: true, sessions: true, memoryBytes: true },
      });
      return {
        holding: holding.map(({ collection, courseId, memoryBytes, ...row }) => ({
          ...row,
          collection: collection ?? undefined,
          courseId: courseId ?? undefined,
          memoryBytes: Number(memoryBytes),
        })),
        warm: warm.map(({ memoryBytes, state, ...row }) => ({
          ...row,
          memoryBytes: Number(memoryBytes),
          ready: state === 'ready',
        })),
        quotas: quotas.map(({ subject, sessions, memoryBytes }) => ({
          subject,
          sessions: sessions ?? undefined,
          memoryBytes: memoryBytes === null ? undefined : Number(memoryBytes),
        })),
      };
    },

    /** Returns how long recent environments took to provision, in milliseconds, newest first. */
    async provisioningTimes(): Promise<number[]> {
      const rows = await client.session.findMany({
        where: { claimedAt: { not: null }, readyAt: { not: null } },
        orderBy: { id: 'desc' },
        take: SAMPLES,
        select: { claimedAt: true, readyAt: true },
      });
      const times = rows.map(({ claimedAt, readyAt }) => Number(readyAt) - Number(claimedAt));
      // A session that is being provisioned again has the `readyAt` of its earlier environment.
      return times.filter((milliseconds) => milliseconds >= 0);
    },
  };
}
