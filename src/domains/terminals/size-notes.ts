import { setTimeout as sleep } from 'node:timers/promises';
import { createResizing } from './resizing.ts';
import type { TerminalSize } from './terminal.ts';

/** How often the size of one terminal is noted at most, in milliseconds. */
const NOTE_EVERY_MS = 1_000;

/** Notes the first size at once and, of those that follow, the last: a client may send thousands in a second. */
export function createSizeNotes(
  note: (size: TerminalSize) => Promise<void>,
): (size: TerminalSize) => Promise<void> {
  return createResizing(async (size) => {
    await note(size);
    await sleep(NOTE_EVERY_MS, undefined, { ref: false });
  });
}
