import type { Charset } from './emulator.ts';

/** Whether it is the set in which letters draw lines, the only one beside ASCII that programs still choose. */
export function drawsLines(charset: Charset): boolean {
  return charset?.['q'] === '─';
}
