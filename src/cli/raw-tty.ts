import { writeSync } from 'node:fs';
import { fault } from '../core/errors.ts';

/**
 * Resets the modes that programs in the other terminal may have changed: the alternate screen, mouse and focus
 * reports, bracketed paste, arrow keys, the cursor and colors.
 */
const RESET_MODES =
  '\x1b[?1047l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[?25h\x1b[0m';

/** Runs `work` with the terminal in raw mode, and restores the terminal at its end. @throws INPUT_INVALID */
export async function withRawTty<Result>(work: () => Promise<Result>): Promise<Result> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw fault('INPUT_INVALID', {
      problem: 'This command needs a terminal. Its input and output cannot be redirected.',
    });
  }
  const restore = () => {
    stdin.setRawMode(false);
    writeSync(stdout.fd, RESET_MODES);
  };
  stdin.setRawMode(true);
  // Also if the process exits during the work.
  process.once('exit', restore);
  try {
    return await work();
  } finally {
    process.off('exit', restore);
    restore();
    stdin.pause();
  }
}
