import { writeSync } from 'node:fs';
import { WebSocket } from 'ws';
import { connectTerminal } from 'berth-terminal-client/connect-terminal';
import type { Admission } from 'berth-terminal-client/connect-terminal';
import { createQueryFilter } from 'berth-terminal-client/query-filter';
import type { Hello } from 'berth-terminal-client/frames';
import type { TerminalEnd } from 'berth-terminal-client/terminal-events';
import { fault } from '../core/errors.ts';

/** Ctrl-], which also leaves telnet. */
const LEAVE = 0x1d;

/** Time after which a lost connection is reported, in milliseconds. */
const REPORT_AFTER_MS = 1_500;
const NO_CONNECTION = '\r\n[Connection lost. Reconnecting automatically. Ctrl-] leaves.]\r\n';

/** What is recorded, for the notice to the user. */
const RECORDED: Record<NonNullable<Hello['recorded']>, string> = {
  output: 'the output of this terminal',
  input: 'the output of this terminal, and every key press',
};

/** Resets all modes and clears the screen. */
const EMPTY_SCREEN = '\x1b[!p\x1b[?1047l\x1b[0m\x1b[2J\x1b[H';

export interface Attached {
  terminal: string | undefined;
  /** Undefined if the user left the terminal. */
  end: TerminalEnd | undefined;
  /** Whether the terminal was recorded at the last connection. */
  isRecorded: boolean;
}

/**
 * Connects a terminal with the terminal of this process until its shell ends, the user presses Ctrl-], or `signal`
 * aborts.
 */
export async function attachTty(options: {
  attach: (terminal: string | undefined, size: { rows: number; cols: number }) => Promise<Admission>;
  /** Id of an existing terminal. */
  terminal: string | undefined;
  signal: AbortSignal;
}): Promise<Attached> {
  const { stdin, stdout } = process;
  const past = createQueryFilter();
  let finish: ((end: TerminalEnd | undefined) => void) | undefined;
  const finished = new Promise<TerminalEnd | undefined>((resolve) => (finish = resolve));
  let terminal = options.terminal;
  let recorded: Hello['recorded'];
  let telling: NodeJS.Timeout | undefined;

  const connection = connectTerminal({
    WebSocket,
    async attach(known) {
      const way = await options.attach(known, sizeOf(stdout));
      terminal = way.terminal;
      return way;
    },
    ...(terminal !== undefined && { terminal }),
    onOutput({ bytes, replayed }, shown) {
      if (!replayed) stdout.write(past.rest());
      stdout.write(replayed ? past.filter(bytes) : bytes, () => shown());
    },
    onHello(hello) {
      if (hello.recorded && !recorded) stdout.write(`[Recorded: ${RECORDED[hello.recorded]}.]\r\n`);
      recorded = hello.recorded;
    },
    onReset: () => stdout.write(EMPTY_SCREEN),
    onState(state) {
      clearTimeout(telling);
      if (state === 'reconnecting') telling = setTimeout(() => stdout.write(NO_CONNECTION), REPORT_AFTER_MS);
    },
    // Waits until the last output is visible.
    onEnd: (end) => stdout.write('', () => finish?.(end)),
  });

  const tellSize = () => {
    const { rows, cols } = sizeOf(stdout);
    connection.resize(rows, cols);
  };
  const type = (typed: Buffer) => {
    const leaving = typed.indexOf(LEAVE);
    connection.input(leaving < 0 ? typed : typed.subarray(0, leaving));
    if (leaving >= 0) finish?.(undefined);
  };
  const leave = () => finish?.(undefined);
  tellSize();
  stdout.on('resize', tellSize);
  stdin.on('data', type);
  options.signal.addEventListener('abort', leave);
  try {
    return { end: await finished, terminal, isRecorded: recorded !== undefined };
  } finally {
    clearTimeout(telling);
    stdout.off('resize', tellSize);
    stdin.off('data', type);
    options.signal.removeEventListener('abort', leave);
    connection.close();
  }
}

function sizeOf({ rows, columns }: NodeJS.WriteStream): { rows: number; cols: number } {
  return { rows: rows || 24, cols: columns || 80 };
}

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
