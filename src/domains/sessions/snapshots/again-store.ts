import type { Database } from '../../../infra/database/database.ts';
import { noReason } from '../../../infra/database/reason-columns.ts';
import { isUniqueViolation } from '../../../infra/database/unique-violation.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Lifetime } from '../lifetime-rules.ts';
import { noSaveProblem } from '../session-changes.ts';
import { countOnEngine, keyOf, machineRows, moveWithin } from '../session-store.ts';
import type { SessionRow } from '../session-store.ts';
import { forgetEntered } from '../steps/entered-step-store.ts';
import { retireOf } from './saved-state-store.ts';

/** What a session that goes on, or begins anew, leaves behind. */
const fresh = {
  phase: null,
  percent: null,
  ...noReason,
  ...noSaveProblem,
  warnedAt: null,
  endedAt: null,
} as const;

type Refusal = 'changed' | 'limit';

export type AgainStore = ReturnType<typeof createAgainStore>;

/** Sessions that go on or begin anew, in the database. */
export function createAgainStore({ database }: { database: Database }) {
  return {
    /** Queues a saved session, to go on from its state, whose age begins again. `gone` when that is not there. */
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
          const changes = { ...life, ...fresh, queuedAt: life.lastActivityAt };
          const queued = await moveWithin(tx, row, 'resume', { changes });
          if (!queued) throw new Changed();
          return queued;
        })
        .catch(changed);
    },

    /**
     * Queues a session to be made from the lab; what was saved of it is out of use. What it has on the
     * engine is removed first. `exists` when a failed one has a successor.
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
        const began = { labVersion: lab.version, savedStateId: null, readyAt: null };
        const changes = { ...life, ...fresh, ...began, queuedAt: life.lastActivityAt };
        const queued = await moveWithin(tx, row, 'reset', { changes });
        if (!queued) return 'changed' as const;
        await retireOf(tx, row.id);
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

/** Undoes a transaction whose session has changed since it was read. */
class Changed extends Error {}

function changed(error: unknown): 'changed' {
  if (error instanceof Changed) return 'changed';
  throw error;
}
