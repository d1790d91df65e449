import { WebSocket } from 'ws';
import { connectTerminal } from 'berth-terminal-client/connect-terminal';
import type { Admission } from 'berth-terminal-client/connect-terminal';
import { createQueryFilter } from 'berth-terminal-client/query-filter';
import type { Hello } from 'berth-terminal-client/frames';
import type { TerminalEnd } from 'berth-terminal-client/terminal-events';

/** Ctrl-], which telnet is left by as well. */
const LEAVE = 0x1d;

/** How long a connection may be lost before that is told, in milliseconds. */
const TELL_AFTER_MS = 1_500;
const NO_CONNECTION = '\r\n[No connection: it comes back by itself. Ctrl-] leaves.]\r\n';

/** What is recorded, for who is about to be. */
const RECORDED: Record<NonNullable<Hello['recorded']>, string> = {
  output: 'what this terminal prints',
  input: 'what this terminal prints, and each key that is pressed',
};

/** All modes as they are at first, on an empty screen. */
const EMPTY_SCREEN = '\x1b[!p\x1b[?1047l\x1b[0m\x1b[2J\x1b[H';

export interface Attached {
  terminal: string | undefined;
  /** Undefined where it was left. */
  end: TerminalEnd | undefined;
  /** Whether it was recorded when it was last connected to. */
  isRecorded: boolean;
}

/** Carries a terminal over this process's own until its shell ends, it is left by its key, or `signal` aborts. */
export async function attachTty(options: {
  attach: (terminal: string | undefined, size: { rows: number; cols: number }) => Promise<Admission>;
  /** One that is there already. */
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
      if (state === 'reconnecting') telling = setTimeout(() => stdout.write(NO_CONNECTION), TELL_AFTER_MS);
    },
    // What was printed last is to be seen before anything else is.
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
