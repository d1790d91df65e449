import { portionOf } from '../core/units.ts';
import type { Portion } from '../core/units.ts';

/** The default reserve: the smaller of the two. */
const USUAL = { bytes: 5 * 1024 ** 3, of: 0.05 };

/** Share of the disk's files (inodes) that is kept free. */
const FILES_RESERVE = 0.05;

/** Returns how many bytes of an engine's disk are kept free. */
export function reserveOf(reserve: Portion | undefined, totalBytes: number): number {
  if (reserve) return portionOf(reserve, totalBytes);
  return Math.min(USUAL.bytes, Math.floor(USUAL.of * totalBytes));
}

/** Returns how many files (inodes) of an engine's disk are kept free. */
export function filesReserveOf(totalFiles: number): number {
  return Math.floor(FILES_RESERVE * totalFiles);
}
