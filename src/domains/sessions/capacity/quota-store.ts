import type { Database } from '../../../infra/database/database.ts';
import { newId } from '../../../core/ids.ts';

/** A stored quota; `subject` has the format of `formatSubject` in quota.ts. */
export interface QuotaRow {
  subject: string;
  sessions: number | undefined;
  memoryBytes: number | undefined;
  savedBytes?: number | undefined;
  updatedAt: Date;
}

export type QuotaStore = ReturnType<typeof createQuotaStore>;

/** Stores quotas. */
export function createQuotaStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    async list(limit: number): Promise<QuotaRow[]> {
      const rows = await client.quota.findMany({ orderBy: { subject: 'asc' }, take: limit });
      return rows.map(toRow);
    },

    /** Returns the quotas of these subjects. */
    async of(subjects: readonly string[]): Promise<QuotaRow[]> {
      const rows = await client.quota.findMany({ where: { subject: { in: [...subjects] } } });
      return rows.map(toRow);
    },

    count: (): Promise<number> => client.quota.count(),

    /** Deletes the quotas of users and courses that were deleted. */
    async removeLost(): Promise<void> {
      await client.$executeRaw`
        DELETE FROM "Quota" WHERE
          ("subject" LIKE 'learner:%' AND NOT EXISTS (
            SELECT 1 FROM "User" u WHERE 'learner:' || u."id" = "Quota"."subject"))
          OR ("subject" LIKE 'course:%' AND NOT EXISTS (
            SELECT 1 FROM "Course" c WHERE 'course:' || c."id" = "Quota"."subject"))`;
    },

    async set({ subject, sessions, memoryBytes, savedBytes, updatedAt }: QuotaRow): Promise<QuotaRow> {
      const values = {
        sessions: sessions ?? null,
        memoryBytes: memoryBytes === undefined ? null : BigInt(memoryBytes),
        savedBytes: savedBytes === undefined ? null : BigInt(savedBytes),
        updatedAt,
      };
      const row = await client.quota.upsert({
        where: { subject },
        create: { id: newId(updatedAt), subject, ...values },
        update: values,
      });
      return toRow(row);
    },

    async remove(subject: string): Promise<boolean> {
      const { count } = await client.quota.deleteMany({ where: { subject } });
      return count > 0;
    },
  };
}

function toRow(row: {
  subject: string;
  sessions: number | null;
  memoryBytes: bigint | null;
  savedBytes: bigint | null;
  updatedAt: Date;
}): QuotaRow {
  return {
    subject: row.subject,
    sessions: row.sessions ?? undefined,
    memoryBytes: row.memoryBytes === null ? undefined : Number(row.memoryBytes),
    savedBytes: row.savedBytes === null ? undefined : Number(row.savedBytes),
    updatedAt: row.updatedAt,
  };
}
