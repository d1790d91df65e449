import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { SessionRow } from '../session-store.ts';
import type { QuotaLimit, WarmShare } from './ledger.ts';
import type { Holder } from './wait-estimate.ts';

/** Who has what of the engine, and how much each may have. */
export interface Holdings {
  holding: Holder[];
  warm: WarmShare[];
  quotas: QuotaLimit[];
}

/** Sessions in the queue that are looked at: those behind them wait unseen until these are begun. */
const QUEUE_SEEN = 2_000;

/** Starts by which the time to make an environment is measured: enough that one slow image does not count. */
const MEASURED_BY = 20;

export type AdmissionStore = ReturnType<typeof createAdmissionStore>;

/** What admission reads. */
export function createAdmissionStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Sessions that nobody makes yet, longest waiting first. */
    waiting: (): Promise<SessionRow[]> =>
      client.session.findMany({
        // What a session had before it began anew, or went on, is removed first.
        where: { state: { in: ['requested', 'queued'] }, environmentId: null },
        orderBy: [{ queuedAt: 'asc' }, { id: 'asc' }],
        take: QUEUE_SEEN,
        include: { machines: { orderBy: { id: 'asc' } } },
      }),

    /** Read inside the transaction that adds to it, nothing is added meanwhile. */
    async holdings(tx: Transaction = client): Promise<Holdings> {
      const holding = await tx.session.findMany({
        where: { environmentId: { not: null } },
        select: {
          learnerId: true,
          labSlug: true,
          labVersion: true,
          course: true,
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
        holding: holding.map(({ course, memoryBytes, ...row }) => ({
          ...row,
          course: course ?? undefined,
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

    /** How long environments took to make lately, in milliseconds, newest first. */
    async makingTimes(): Promise<number[]> {
      const rows = await client.session.findMany({
        where: { claimedAt: { not: null }, readyAt: { not: null } },
        orderBy: { id: 'desc' },
        take: MEASURED_BY,
        select: { claimedAt: true, readyAt: true },
      });
      const times = rows.map(({ claimedAt, readyAt }) => Number(readyAt) - Number(claimedAt));
      // One that is made anew has been ready before it was begun.
      return times.filter((milliseconds) => milliseconds >= 0);
    },
  };
}
