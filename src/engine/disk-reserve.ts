import { portionOf } from '../units.ts';
import type { Portion } from '../units.ts';

/** The reserve where none is set: the smaller of the two. */
const USUAL = { bytes: 5 * 1024 ** 3, of: 0.05 };

/** How many bytes of an engine's disk are kept free. Pure. */
export function reserveOf(reserve: Portion | undefined, totalBytes: number): number {
  if (reserve) return portionOf(reserve, totalBytes);
  return Math.min(USUAL.bytes, Math.floor(USUAL.of * totalBytes));
}
