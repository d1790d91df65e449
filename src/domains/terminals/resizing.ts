import type { TerminalSize } from './terminal.ts';

/** Resizes one after the other. Of those that come while one is under way only the last is done: dragging a window's edge asks for hundreds. */
export function createResizing(
  resize: (size: TerminalSize) => Promise<void>,
): (size: TerminalSize) => Promise<void> {
  let running: Promise<void> | undefined;
  let next: TerminalSize | undefined;

  async function run(): Promise<void> {
    try {
      while (next) {
        const size = next;
        next = undefined;
        await resize(size);
      }
    } finally {
      running = undefined;
    }
  }

  return async (size) => {
    next = size;
    running ??= run();
    await running;
  };
}
