import { portionOf } from '../core/units.ts';
import type { Portion } from '../core/units.ts';

/** The reserve where none is set: the smaller of the two. */
const USUAL = { bytes: 5 * 1024 ** 3, of: 0.05 };

/** Part of the files that a disk can have which is kept free. */
const FILES_RESERVE = 0.05;

/** How many bytes of an engine's disk are kept free. Pure. */
export function reserveOf(reserve: Portion | undefined, totalBytes: number): number {
  if (reserve) return portionOf(reserve, totalBytes);
  return Math.min(USUAL.bytes, Math.floor(USUAL.of * totalBytes));
}

/** How many files of those that an engine's disk can have are kept free. Pure. */
export function filesReserveOf(totalFiles: number): number {
  return Math.floor(FILES_RESERVE * totalFiles);
}
