import { randomBytes } from 'node:crypto';
import { UPLOAD_PREFIX } from './upload-scripts.ts';

/** Machines whose names are remembered; the eldest are forgotten, which costs an empty file in each. */
const REMEMBERED = 4_096;

/**
 * Names of the folders in which uploads arrive. No other process has the same, and those of which something
 * stays are used again, so that it stays once.
 */
export function createUploadNames() {
  const used = new Map<string, string[]>();
  return {
    take: (machineId: string): string =>
      used.get(machineId)?.pop() ?? `${UPLOAD_PREFIX}${randomBytes(12).toString('hex')}`,

    /** What stays by that name may be overwritten from now on. */
    giveBack(machineId: string, name: string): void {
      const [eldest] = used.keys();
      if (!used.has(machineId) && used.size >= REMEMBERED && eldest !== undefined) used.delete(eldest);
      used.set(machineId, [...(used.get(machineId) ?? []), name]);
    },
  };
}
