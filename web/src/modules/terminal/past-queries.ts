import type { Terminal } from '@xterm/xterm';
import { CSI_QUERIES, DCS_QUERIES, OSC_COLOURS, WINDOW_REPORTS } from 'berth-terminal-client/queries';

/** Private mode in which the terminal tells of its focus, at once when it is set. */
const FOCUS_MODE = 1004;

/**
 * Keeps a terminal from answering what programs asked long ago: the answers would be typed into whatever runs
 * now. What is typed by hand meanwhile goes its way, since only the questions are swallowed.
 */
export function createPastQueries(terminal: Pick<Terminal, 'parser' | 'write'>) {
  /** Of what is being parsed. */
  let past = false;
  /** Of what was written last. */
  let writing = false;
  let tellsFocus = false;
  const swallow = () => past;
  const { parser } = terminal;

  for (const query of CSI_QUERIES) parser.registerCsiHandler(query, swallow);
  parser.registerCsiHandler({ final: 't' }, ([operation]) => past && WINDOW_REPORTS.has(Number(operation)));
  for (const query of DCS_QUERIES) parser.registerDcsHandler(query, swallow);
  for (const number of OSC_COLOURS) parser.registerOscHandler(number, (data) => past && data.includes('?'));
  parser.registerCsiHandler(
    { prefix: '?', final: 'h' },
    (modes) => past && modes.length === 1 && modes[0] === FOCUS_MODE && setFocusMode(),
  );
  parser.registerCsiHandler({ prefix: '?', final: 'l' }, (modes) => {
    if (modes.includes(FOCUS_MODE)) tellsFocus = false;
    return false;
  });

  function setFocusMode(): boolean {
    tellsFocus = true;
    return true;
  }

  function enter(isPast: boolean): void {
    past = isPast;
    if (past || !tellsFocus) return;
    tellsFocus = false;
    // Whatever wants to know of the focus still runs.
    terminal.write(`\x1b[?${FOCUS_MODE}h`);
  }

  return {
    /** Whether what is being parsed is not to be answered. */
    get past(): boolean {
      return past;
    },

    /** Writes to the terminal what was printed; what asks it there is not answered where it is `silent`. */
    write(bytes: Uint8Array, silent: boolean, shown: () => void): void {
      // The terminal parses later, in the order of what is written.
      if (silent !== writing) terminal.write('', () => enter(silent));
      writing = silent;
      terminal.write(bytes, shown);
    },
  };
}
