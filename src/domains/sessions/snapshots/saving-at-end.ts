import { isFault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { SessionChanges, SessionRow } from '../session-store.ts';
import type { Saver } from './saver.ts';

export type SavingAtEnd = ReturnType<typeof createSavingAtEnd>;

/** Which sessions are saved, and has those saved that end by themselves. */
export function createSavingAtEnd(options: {
  saver: Pick<Saver, 'begin' | 'isFull'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  /** Whether sessions are saved when they end by themselves. */
  saveOnEnd: boolean;
}) {
  const { saver, catalogue, saveOnEnd } = options;

  /** Whether the lab lets its sessions be saved; of one that is here no more nothing is lost. */
  function isAllowed({ labSlug, labVersion }: SessionRow): boolean {
    try {
      return catalogue.version(labSlug, labVersion).save;
    } catch (error) {
      if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return true;
      throw error;
    }
  }

  /** Whether the session is saved when it ends by itself. A copy was made to look at: its maker saves it. */
  function isKept(row: SessionRow): boolean {
    return saveOnEnd && row.forkOfId === null && isAllowed(row);
  }

  return {
    isAllowed,
    isKept,

    /**
     * Has a session that is to end for `reason` saved instead; false where it is to end. One that can
     * not be saved now, since the engine is away or others are being saved, is asked about again.
     */
    async keep(row: SessionRow, reason: SessionChanges): Promise<boolean> {
      if (!isKept(row)) return false;
      if (row.state === 'ready' && !saver.isFull()) await saver.begin(row, { why: reason });
      return true;
    },
  };
}
