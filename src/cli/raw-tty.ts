import { writeSync } from 'node:fs';
import { fault } from '../core/errors.ts';

/**
 * What programs in the other terminal may have changed of this one: the alternate screen, what mouse and focus
 * send, how pastes and arrows come, the cursor, colours.
 */
const AS_USUAL =
  '\x1b[?1047l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1004l\x1b[?1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[?25h\x1b[0m';

/** Runs `work` with keys that come as they are typed. However it ends, the terminal is as it was. @throws INPUT_INVALID */
export async function withRawTty<Result>(work: () => Promise<Result>): Promise<Result> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw fault('INPUT_INVALID', {
      problem: 'This needs a terminal: its input and output cannot be redirected.',
    });
  }
  const restore = () => {
    stdin.setRawMode(false);
    writeSync(stdout.fd, AS_USUAL);
  };
  stdin.setRawMode(true);
  // Also where the process ends in the middle of it.
  process.once('exit', restore);
  try {
    return await work();
  } finally {
    process.off('exit', restore);
    restore();
    stdin.pause();
  }
}
