import type { Terminal } from '@xterm/xterm';

/** A program that has printed nothing for so long is done with what it was sent, in milliseconds. */
const QUIET_MS = 150;

/** Longest wait for a program to begin to print something, in milliseconds. */
const SILENT_MS = 2_000;

/** Longest wait for it to be done, in milliseconds: a shell prints all of a long paste. */
const LIMIT_MS = 10_000;

const PROBE_EVERY_MS = 20;

/**
 * Waits until the program in the terminal has answered what it was just sent, and is quiet. Between the machine and
 * the program may be another terminal, as that of `sudo` or `ssh`, of which the service knows nothing.
 */
export function createAnswerPause(emulator: Terminal): () => Promise<void> {
  let answeredAt = 0;
  emulator.onWriteParsed(() => (answeredAt = performance.now()));

  return async () => {
    const began = performance.now();
    const isDone = (now: number) =>
      answeredAt > began ? now - answeredAt >= QUIET_MS : now - began >= SILENT_MS;
    for (let now = began; now - began < LIMIT_MS && !isDone(now); now = performance.now()) {
      await new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS));
    }
  };
}
