import type { AttachedTerminal } from '../../domains/terminals/terminal.ts';
import type { Reading } from './reading.ts';

/** A client that counts is told how much of its input was taken each time it is so much more, in bytes, and after so long, in milliseconds. */
const TELL_EVERY_BYTES = 16 * 1024;
const TELL_AFTER_MS = 500;

export interface Input {
  /** @throws TERMINAL_READ_ONLY */
  write(bytes: Buffer): void;
  stop(): void;
}

/**
 * Carries input to a shell. When the shell does not read, the socket is not read either, so that
 * what waits here is bounded by one read of the socket and one frame. A client that counts is told
 * what was taken, so that it can forget that.
 */
export function carryInput(options: {
  terminal: Pick<AttachedTerminal, 'input' | 'drained' | 'typed'>;
  reading: Reading;
  onTyped: (offset: number) => void;
}): Input {
  const { terminal, reading, onTyped } = options;
  let taken = terminal.typed ?? 0;
  let told = taken;
  let timer: NodeJS.Timeout | undefined;

  function tell(): void {
    clearTimeout(timer);
    timer = undefined;
    told = taken;
    onTyped(taken);
  }

  function count(bytes: number): void {
    if (terminal.typed === undefined) return;
    taken += bytes;
    if (taken - told >= TELL_EVERY_BYTES) tell();
    else timer ??= setTimeout(tell, TELL_AFTER_MS);
  }

  return {
    write(bytes) {
      const goesOn = terminal.input(bytes);
      count(bytes.length);
      if (goesOn || reading.isHeld('shell')) return;
      reading.hold('shell');
      void terminal.drained().then(() => reading.release('shell'));
    },
    stop: () => clearTimeout(timer),
  };
}
