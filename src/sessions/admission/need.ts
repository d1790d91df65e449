import { isFault } from '../../errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { SessionRow } from '../session-store.ts';
import type { Share } from './ledger.ts';

/** What an environment of the lab takes of the engine: all that its machines may use together. */
export function needOf(lab: Pick<Lab, 'machines' | 'networks'>): Pick<Share, 'memoryBytes' | 'networks'> {
  return {
    memoryBytes: lab.machines.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    networks: lab.networks.length,
  };
}

/** What the session takes once it is begun: of a lab that is gone, nothing, since none will be made. */
export function shareOf(row: SessionRow, catalogue: Pick<LabCatalogue, 'version'>): Share {
  const { learnerId, labSlug, labVersion } = row;
  const begins = row.savedStateId === null ? {} : { begins: 'anew' as const };
  try {
    const lab = catalogue.version(labSlug, labVersion);
    return { learnerId, labSlug, labVersion: lab.version, course: lab.course, ...needOf(lab), ...begins };
  } catch (error) {
    if (!isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) throw error;
    return { learnerId, labSlug, labVersion, course: undefined, memoryBytes: 0, networks: 0 };
  }
}
