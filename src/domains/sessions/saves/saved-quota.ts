import type { Database, Transaction } from '../../../infra/database/database.ts';
import { fault } from '../../../core/errors.ts';
import { formatBytes } from '../../../core/units.ts';
import type { QuotaStore } from '../capacity/quota-store.ts';
import { formatSubject } from '../capacity/quota.ts';
import type { SessionRow } from '../session-store.ts';

/** Number of the largest saved sessions that the error names. */
const NAMED = 3;

/** What a learner's saved sessions use, and their limit, in bytes. */
export interface SavedUsage {
  bytes: number;
  limitBytes: number;
}

export type SavedQuota = ReturnType<typeof createSavedQuota>;

/** Limits the saved sessions of one learner together: to `limitBytes`, or to the learner's own quota. */
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
     * Reserves `bytes` for a state that is being saved, instead of its earlier reservation. The state that it replaces
     * does not count. Two saves cannot exceed the limit together. A session that `ends` would lose its work, so it may
     * exceed the limit if the other states are within it. So a learner exceeds the limit by at most one session, and
     * cannot save again before deleting some.
     * @throws SAVE_QUOTA_FULL, SAVE_TOO_LARGE if the state alone exceeds the limit
     */
    async reserve(
      { id, learnerId }: Pick<SessionRow, 'id' | 'learnerId'>,
      stateId: string,
      { bytes, ends = false }: { bytes: number; ends?: boolean },
    ) {
      const limit = await limitOf(learnerId);
      await database.withLock('saves', async (tx) => {
        const others = await statesOf(tx, learnerId, { not: stateId, replacing: id });
        const used = sumOf(others);
        const passes = ends && used <= limit && bytes <= limit;
        if (used + bytes > limit && !passes) throw refusal({ used, bytes, limit, others });
        await tx.savedState.updateMany({ where: { id: stateId, state: 'creating' }, data: { bytes } });
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

/** Returns what a learner saved and is saving, the largest first, without the copies that staff made. */
function statesOf(
  { savedState }: Pick<Transaction, 'savedState'>,
  learnerId: string,
  except?: { not: string; replacing: string },
): Promise<Counted[]> {
  return savedState.findMany({
    where: {
      learnerId,
      madeById: learnerId,
      state: { in: ['creating', 'complete'] },
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
