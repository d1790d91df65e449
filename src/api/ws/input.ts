import type { AttachedTerminal } from '../../domains/terminals/terminal.ts';
import type { Reading } from '../shared/socket-limits.ts';

/** Input is acknowledged after this many bytes, and after this many milliseconds. */
const ACK_EVERY_BYTES = 16 * 1024;
const ACK_AFTER_MS = 500;

export interface Input {
  /** @throws TERMINAL_READ_ONLY */
  write(bytes: Buffer): void;
  stop(): void;
}

/**
 * Forwards input to a shell. While the shell does not read, the socket is not read either, so at most one read of the
 * socket and one frame wait here. Clients that count their input receive acknowledgements, and can then discard it.
 */
export function forwardInput(options: {
  terminal: Pick<AttachedTerminal, 'input' | 'drained' | 'typed'>;
  reading: Reading;
  onTyped: (offset: number) => void;
}): Input {
  const { terminal, reading, onTyped } = options;
  let received = terminal.typed ?? 0;
  let acknowledged = received;
  let timer: NodeJS.Timeout | undefined;

  function acknowledge(): void {
    clearTimeout(timer);
    timer = undefined;
    acknowledged = received;
    onTyped(received);
  }

  function count(bytes: number): void {
    if (terminal.typed === undefined) return;
    received += bytes;
    if (received - acknowledged >= ACK_EVERY_BYTES) acknowledge();
    else timer ??= setTimeout(acknowledge, ACK_AFTER_MS);
  }

  return {
    write(bytes) {
      const accepted = terminal.input(bytes);
      count(bytes.length);
      if (accepted || reading.isHeld('shell')) return;
      reading.hold('shell');
      void terminal.drained().then(() => reading.release('shell'));
    },
    stop: () => clearTimeout(timer),
  };
}
