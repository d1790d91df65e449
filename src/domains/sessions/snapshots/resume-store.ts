import type { Database } from '../../../infra/database/database.ts';
import { noReason } from '../../../infra/database/reason-columns.ts';
import { isUniqueViolation } from '../../../infra/database/database-errors.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Lifetime } from '../lifetime-rules.ts';
import { noSaveProblem } from '../session-changes.ts';
import { countOnEngine, keyOf, machineRows, moveWithin } from '../session-store.ts';
import type { SessionRow } from '../session-store.ts';
import { forgetEntered } from '../steps/entered-step-store.ts';
import { retireCurrent } from './saved-state-store.ts';

/** Columns to clear when a session is resumed or reset. */
const cleared = {
  phase: null,
  percent: null,
  ...noReason,
  ...noSaveProblem,
  warnedAt: null,
  endedAt: null,
} as const;

type Refusal = 'changed' | 'limit';

export type ResumeStore = ReturnType<typeof createResumeStore>;

/** Stores that sessions are resumed or reset. */
export function createResumeStore({ database }: { database: Database }) {
  return {
    /** Queues a saved session to resume from its state, whose expiry moves to `expiresAt`; `gone` if the state is missing. */
    resume(
      row: SessionRow,
      life: Lifetime,
      options: { limit: number; expiresAt: Date },
    ): Promise<SessionRow | Refusal | 'gone'> {
      return database
        .transaction(async (tx) => {
          if ((await countOnEngine(tx, row.learnerId)) >= options.limit) return 'limit';
          const { count } = await tx.savedState.updateMany({
            where: { id: row.savedStateId ?? '', currentFor: row.id, state: 'whole' },
            data: { expiresAt: options.expiresAt },
          });
          if (count === 0) return 'gone';
          const changes = { ...life, ...cleared, queuedAt: life.lastActivityAt };
          const queued = await moveWithin(tx, row, 'resume', { changes });
          if (!queued) throw new Changed();
          return queued;
        })
        .catch(changed);
    },

    /**
     * Queues a session to start from the lab again, and retires its saved state. Its environment is removed first.
     * Resolves to `exists` if a failed session has a successor.
     */
    async reset(
      row: SessionRow,
      lab: Pick<Lab, 'version' | 'machines'>,
      life: Lifetime,
      limit: number,
    ): Promise<SessionRow | Refusal | 'exists'> {
      const machines = machineRows(row.id, lab.machines);
      const queue = database.transaction(async (tx) => {
        const counts = row.environmentId !== null || (row.activeKey !== null && row.state !== 'saved');
        if (!counts && (await countOnEngine(tx, row.learnerId)) >= limit) return 'limit' as const;
        const restarted = { labVersion: lab.version, savedStateId: null, readyAt: null };
        const changes = { ...life, ...cleared, ...restarted, queuedAt: life.lastActivityAt };
        const queued = await moveWithin(tx, row, 'reset', { changes });
        if (!queued) return 'changed' as const;
        await retireCurrent(tx, row.id);
        await forgetEntered(tx, row.id);
        await tx.machine.deleteMany({ where: { sessionId: row.id } });
        await tx.machine.createMany({ data: machines });
        const activeKey = keyOf(row.learnerId, row.labSlug);
        await tx.session.update({ where: { id: row.id }, data: { activeKey } });
        return { ...queued, activeKey, machines };
      });
      return queue.catch((error: unknown) => {
        if (isUniqueViolation(error, 'activeKey')) return 'exists';
        throw error;
      });
    },
  };
}

/** Rolls back a transaction whose session has changed since it was read. */
class Changed extends Error {}

function changed(error: unknown): 'changed' {
  if (error instanceof Changed) return 'changed';
  throw error;
}
