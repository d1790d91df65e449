import { setTimeout as sleep } from 'node:timers/promises';
import type { TerminalSize } from './terminal.ts';

/**
 * Runs resizes one after another. Only the last of several waiting resizes runs: dragging a window's edge requests
 * hundreds. All callers get the result of the last one: once a newer size is applied, an earlier failure does not matter.
 */
export function createResizeQueue(
  resize: (size: TerminalSize) => Promise<void>,
): (size: TerminalSize) => Promise<void> {
  let running: Promise<void> | undefined;
  let next: TerminalSize | undefined;

  async function run(): Promise<void> {
    let failure: { error: unknown } | undefined;
    while (next) {
      const size = next;
      next = undefined;
      failure = undefined;
      try {
        await resize(size);
      } catch (error) {
        failure = { error };
      }
    }
    running = undefined;
    if (failure) throw failure.error;
  }

  return async (size) => {
    next = size;
    running ??= run();
    await running;
  };
}

/** Minimum time between two stored sizes of one terminal, in milliseconds. */
const NOTE_EVERY_MS = 1_000;

/**
 * Stores the first size immediately, then at most the newest size each second: a client may send thousands in that
 * time.
 */
export function createSizeSaver(
  note: (size: TerminalSize) => Promise<void>,
): (size: TerminalSize) => Promise<void> {
  return createResizeQueue(async (size) => {
    await note(size);
    await sleep(NOTE_EVERY_MS, undefined, { ref: false });
  });
}
