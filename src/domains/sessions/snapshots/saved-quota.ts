import type { Database, Transaction } from '../../../infra/database/database.ts';
import { fault } from '../../../core/errors.ts';
import { formatBytes } from '../../../core/units.ts';
import type { QuotaStore } from '../capacity/quota-store.ts';
import { formatSubject } from '../capacity/quota.ts';
import type { SessionRow } from '../session-store.ts';

/** Saved sessions that a refusal names: the largest. */
const NAMED = 3;

/** What a learner's saved sessions take, and may take, in bytes. */
export interface SavedUsage {
  bytes: number;
  limitBytes: number;
}

export type SavedQuota = ReturnType<typeof createSavedQuota>;

/** Bounds what the saved sessions of one learner take together: `limitBytes`, or the learner's own quota. */
export function createSavedQuota(options: {
  database: Database;
  quotas: Pick<QuotaStore, 'of'>;
  limitBytes: number;
}) {
  const { database, quotas, limitBytes } = options;

  async function limitOf(learnerId: string): Promise<number> {
    const [own] = await quotas.of([formatSubject({ learner: learnerId })]);
    return own?.savedBytes ?? limitBytes;
  }

  return {
    /**
     * Reserves `bytes` for the state that a session is being saved as, in place of what was reserved for it
     * before. The state that it replaces does not count. Two saves cannot pass the limit together.
     * Of a session that `ends` its work would be lost: it passes the limit if the others are within it, so that
     * a learner is beyond the limit by one session at most, and saves nothing more until some are deleted.
     * @throws SAVE_QUOTA_FULL, SAVE_TOO_LARGE if it would not fit even alone
     */
    async reserve(
      { id, learnerId }: Pick<SessionRow, 'id' | 'learnerId'>,
      stateId: string,
      { bytes, ends = false }: { bytes: number; ends?: boolean },
    ) {
      const limit = await limitOf(learnerId);
      await database.inTurn('saves', async (tx) => {
        const others = await statesOf(tx, learnerId, { not: stateId, replacing: id });
        const used = sumOf(others);
        const passes = ends && used <= limit && bytes <= limit;
        if (used + bytes > limit && !passes) throw refusal({ used, bytes, limit, others });
        await tx.savedState.updateMany({ where: { id: stateId, state: 'making' }, data: { bytes } });
      });
    },

    async usage(learnerId: string): Promise<SavedUsage> {
      const states = await statesOf(database.client, learnerId);
      return { bytes: sumOf(states), limitBytes: await limitOf(learnerId) };
    },
  };
}

interface Counted {
  labSlug: string;
  bytes: bigint;
}

/** What a learner saved and is saving, the largest first; not the copies that staff made of it. */
function statesOf(
  { savedState }: Pick<Transaction, 'savedState'>,
  learnerId: string,
  except?: { not: string; replacing: string },
): Promise<Counted[]> {
  return savedState.findMany({
    where: {
      learnerId,
      madeById: learnerId,
      state: { in: ['making', 'whole'] },
      ...(except && {
        id: { not: except.not },
        OR: [{ currentFor: null }, { currentFor: { not: except.replacing } }],
      }),
    },
    select: { labSlug: true, bytes: true },
    orderBy: { bytes: 'desc' },
  });
}

const sumOf = (states: readonly Counted[]) => states.reduce((sum, { bytes }) => sum + Number(bytes), 0);

function refusal({
  used,
  bytes,
  limit,
  others,
}: {
  used: number;
  bytes: number;
  limit: number;
  others: readonly Counted[];
}) {
  if (bytes > limit) return fault('SAVE_TOO_LARGE', { size: formatBytes(bytes), limit: formatBytes(limit) });
  const largest = others
    .slice(0, NAMED)
    .map((state) => `"${state.labSlug}" (${formatBytes(Number(state.bytes))})`)
    .join(', ');
  return fault('SAVE_QUOTA_FULL', {
    used: formatBytes(used),
    size: formatBytes(bytes),
    limit: formatBytes(limit),
    largest,
  });
}
