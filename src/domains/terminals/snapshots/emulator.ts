import { Unicode11Addon } from '@xterm/addon-unicode11';
import headless from '@xterm/headless';
import type { Terminal } from '@xterm/headless';
import type { TerminalSize } from '../terminal.ts';
import { internalsOf } from './xterm-internals.ts';
import type { Charset, Internals } from './xterm-internals.ts';

/** Scrollback lines in a snapshot, of the 5,000 that the web app keeps. */
export const SCROLLBACK_LINES = 1_000;

/**
 * Maximum characters that one REP sequence may print: a full line of the widest screen. xterm.js would allocate
 * gigabytes.
 */
const MAX_REPEATED = 1_000;

export interface Emulator {
  terminal: Terminal;
  internals: Internals;
  title(): string;
}

/** Creates a headless terminal and writes `output` to it. The caller must dispose of it. */
export async function emulate(output: Uint8Array, size: TerminalSize): Promise<Emulator> {
  const terminal = new headless.Terminal({
    ...size,
    scrollback: SCROLLBACK_LINES,
    allowProposedApi: true,
    logLevel: 'off',
  });
  showEmoji(terminal);
  let title = '';
  terminal.onTitleChange((text) => (title = text));
  const internals = internalsOf(terminal);
  boundRepetition(terminal);
  fixErasing(terminal, internals);
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  return { terminal, internals, title: () => title };
}

/**
 * Makes emoji two columns wide, as in shells, editors and the web app's terminal. By default, xterm.js counts one
 * column.
 */
export function showEmoji(terminal: Terminal): void {
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
}

/** Limits REP: xterm.js allocates an array for all repetitions before it prints the first. */
function boundRepetition(terminal: Terminal): void {
  terminal.parser.registerCsiHandler({ final: 'b' }, ([times]) => {
    const { active } = terminal.buffer;
    const line = active.getLine(active.baseY + active.cursorY);
    // The second half of a wide character is before the cursor.
    const before = [1, 2].map((back) => line?.getCell(active.cursorX - back)?.getChars().length ?? 0);
    return Number(times) * Math.max(1, ...before) > MAX_REPEATED;
  });
}

/**
 * Works around a bug in xterm.js 6.0: erasing up to the last cell of the screen reads the line below it, and throws if
 * that does not exist.
 */
function fixErasing(terminal: Terminal, { _inputHandler: handler }: Internals): void {
  terminal.parser.registerCsiHandler({ final: 'J' }, ([part]) => {
    const { cursorX, cursorY, length } = terminal.buffer.active;
    if (part !== 1 || cursorX + 1 < terminal.cols || cursorY + 1 < length) return false;
    return handler.eraseInDisplay({ params: [2] });
  });
}

/**
 * Returns whether the character set is the one of line drawing, in which `q` is a horizontal line. Programs use only
 * this set and ASCII.
 */
export function drawsLines(charset: Charset): boolean {
  return charset?.['q'] === '─';
}
