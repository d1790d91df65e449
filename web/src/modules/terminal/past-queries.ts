import type { Terminal } from '@xterm/xterm';
import { CSI_QUERIES, DCS_QUERIES, OSC_COLOURS, WINDOW_REPORTS } from 'berth-terminal-client/queries';

/** Private mode in which the terminal reports its focus, immediately when a program sets it. */
const FOCUS_MODE = 1004;

/**
 * Prevents answers to terminal queries in replayed output, which the program that runs now would get as input. Typed
 * input is not affected, because only the queries are dropped.
 */
export function createPastQueries(terminal: Pick<Terminal, 'parser' | 'write'>) {
  /** Whether the output being parsed is replayed. */
  let past = false;
  /** Whether the output written last is replayed. */
  let lastSilent = false;
  let reportsFocus = false;
  const dropIfPast = () => past;
  const { parser } = terminal;

  for (const query of CSI_QUERIES) parser.registerCsiHandler(query, dropIfPast);
  parser.registerCsiHandler({ final: 't' }, ([operation]) => past && WINDOW_REPORTS.has(Number(operation)));
  for (const query of DCS_QUERIES) parser.registerDcsHandler(query, dropIfPast);
  for (const number of OSC_COLOURS) parser.registerOscHandler(number, (data) => past && data.includes('?'));
  parser.registerCsiHandler(
    { prefix: '?', final: 'h' },
    (modes) => past && modes.length === 1 && modes[0] === FOCUS_MODE && setFocusMode(),
  );
  parser.registerCsiHandler({ prefix: '?', final: 'l' }, (modes) => {
    if (modes.includes(FOCUS_MODE)) reportsFocus = false;
    return false;
  });

  function setFocusMode(): boolean {
    reportsFocus = true;
    return true;
  }

  function enter(isPast: boolean): void {
    past = isPast;
    if (past || !reportsFocus) return;
    reportsFocus = false;
    // The program that asked for focus reports is still running.
    terminal.write(`\x1b[?${FOCUS_MODE}h`);
  }

  return {
    /** Whether queries in the output being parsed get no answer. */
    get past(): boolean {
      return past;
    },

    /** Writes output to the terminal. If `silent`, its queries get no answer. */
    write(bytes: Uint8Array, silent: boolean, shown: () => void): void {
      // The terminal parses asynchronously, in the order of the writes.
      if (silent !== lastSilent) terminal.write('', () => enter(silent));
      lastSilent = silent;
      terminal.write(bytes, shown);
    },
  };
}
