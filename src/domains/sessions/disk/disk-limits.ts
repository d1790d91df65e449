import { isFault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { SessionRow } from '../session-store.ts';

/** Tells how many bytes a session's machine may write by its lab; undefined if the lab is gone. */
export function createDiskLimits(catalogue: Pick<LabCatalogue, 'version'>) {
  return ({ labSlug, labVersion }: SessionRow, machine: string): number | undefined => {
    try {
      const { machines } = catalogue.version(labSlug, labVersion);
      return machines.find(({ name }) => name === machine)?.diskBytes;
    } catch (error) {
      if (isFault(error, 'LAB_NOT_FOUND', 'LAB_INVALID')) return undefined;
      throw error;
    }
  };
}
