import { isFault } from '../../../core/errors.ts';
import { MIB } from '../../../core/units.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { SessionRow } from '../session-store.ts';

/** Percentage of the limit from which the learner is warned. */
const NEAR_PERCENT = 90;

/** How far usage may exceed the limit while the learner deletes files: the smaller of share and bytes. */
const MARGIN = { share: 0.1, bytes: 256 * MIB };

/** A machine may have one file for each of these bytes of its limit: empty files use the engine's disk too. */
const BYTES_A_FILE = 4096;
/** Limit on the files of one machine, whatever its limit in bytes. */
const MOST_FILES = 1_000_000;

/** The disk usage of a machine, and its limit. */
export interface MachineUsage {
  machine: string;
  usedBytes: number;
  limitBytes: number;
  /** Number of files and folders; undefined if they were not counted. */
  files?: number | undefined;
}

/** `full` exceeds the limit within the margin, and `over` exceeds the margin too. */
type UsageLevel = 'within' | 'full' | 'over';

/** Returns how many files a machine may have. */
export function mostFiles({ limitBytes }: Pick<MachineUsage, 'limitBytes'>): number {
  return Math.min(MOST_FILES, Math.ceil(limitBytes / BYTES_A_FILE));
}

/** Returns whether a machine has too many files. */
export function hasTooManyFiles(usage: MachineUsage): boolean {
  return (usage.files ?? 0) > mostFiles(usage);
}

/** Compares the usage of a machine with its limit. Pure. */
export function usageLevel(usage: MachineUsage): UsageLevel {
  const { usedBytes, limitBytes } = usage;
  if (hasTooManyFiles(usage)) return 'over';
  if (usedBytes <= limitBytes) return 'within';
  return usedBytes <= limitBytes + Math.min(MARGIN.share * limitBytes, MARGIN.bytes) ? 'full' : 'over';
}

/** Returns the usage in percent of the limit; undefined if it is too low for a warning. */
export function nearPercent({ usedBytes, limitBytes }: MachineUsage): number | undefined {
  const percent = Math.floor((usedBytes / limitBytes) * 100);
  return percent < NEAR_PERCENT ? undefined : percent;
}

/** Returns a lookup of the disk limit of a session's machine, in bytes; undefined if the lab is gone. */
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
