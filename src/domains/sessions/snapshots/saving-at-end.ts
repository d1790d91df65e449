import { isFault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { SessionChanges, SessionRow } from '../session-store.ts';
import type { Saver } from './saver.ts';

export type SavingAtEnd = ReturnType<typeof createSavingAtEnd>;

/** Saves sessions that would end automatically. */
export function createSavingAtEnd(options: {
  saver: Pick<Saver, 'begin' | 'isFull'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  /** Whether sessions are saved when they end automatically. */
  saveOnEnd: boolean;
}) {
  const { saver, catalogue, saveOnEnd } = options;

  /** Returns whether the lab allows saves. Sessions of a lab that is gone are saved, so that no work is lost. */
  function isAllowed({ labSlug, labVersion }: SessionRow): boolean {
    try {
      return catalogue.version(labSlug, labVersion).save;
    } catch (error) {
      if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return true;
      throw error;
    }
  }

  /** Returns whether the session is saved when it ends automatically. Copies are not: their owners save them. */
  function isSavedAtEnd(row: SessionRow): boolean {
    return saveOnEnd && row.forkOfId === null && isAllowed(row);
  }

  return {
    isAllowed,
    isSavedAtEnd,

    /**
     * Saves a session instead of ending it for `reason`; returns false if it must end. If it cannot be saved now, because
     * the engine does not answer or other saves are running, the next check tries again.
     */
    async saveAtEnd(row: SessionRow, reason: SessionChanges): Promise<boolean> {
      if (!isSavedAtEnd(row)) return false;
      if (row.state === 'ready' && !saver.isFull()) await saver.begin(row, { why: reason });
      return true;
    },
  };
}
