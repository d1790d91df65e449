import { Unicode11Addon } from '@xterm/addon-unicode11';
import headless from '@xterm/headless';
import type { IBufferCell, Terminal } from '@xterm/headless';
import type { TerminalSize } from '../terminal.ts';

/** Lines above the screen that a snapshot keeps: what one looks back at, of the 5,000 that the web app keeps. */
export const SCROLLBACK_LINES = 1_000;

/** Characters that one REP may print: a full line of the widest screen, and no array of gigabytes. */
const MAX_REPEATED = 1_000;

/** Attributes of a cell or of what is printed next, as xterm.js packs them. */
export interface Attributes {
  fg: number;
  bg: number;
  extended: { ext: number; urlId: number; underlineStyle: number; underlineColor: number };
}

export type Cell = IBufferCell & Attributes;

export type Charset = Record<string, string> | undefined;

/** What xterm.js keeps of one of its two screens beyond what its API tells. */
export interface ScreenState {
  x: number;
  y: number;
  ybase: number;
  scrollTop: number;
  scrollBottom: number;
  savedX: number;
  savedY: number;
  savedCurAttrData: Attributes;
  savedCharset: Charset;
  tabs: Record<number, boolean | undefined>;
}

/**
 * The state that a terminal has and its API does not tell. These names are those of the exact version in
 * package.json: the tests of snapshots fail where another has others.
 */
export interface Internals {
  _inputHandler: {
    _curAttrData: Attributes;
    _parser: { currentState: number };
    eraseInDisplay(params: { params: number[] }): boolean;
  };
  _charsetService: { charset: Charset; glevel: number; _charsets: Charset[] };
  _oscLinkService: { getLinkData(id: number): { uri: string; id?: string } | undefined };
  _bufferService: { buffers: { normal: ScreenState; alt: ScreenState } };
  coreService: {
    isCursorHidden: boolean;
    decPrivateModes: { cursorStyle?: 'block' | 'underline' | 'bar'; cursorBlink?: boolean };
  };
  coreMouseService: { activeEncoding: string };
}

export interface Emulator {
  terminal: Terminal;
  internals: Internals;
  title(): string;
}

/** A terminal without a window that has seen `output`. The caller disposes of it. */
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
  const { _core: internals } = terminal as unknown as { _core: Internals };
  boundRepetition(terminal);
  mendErasing(terminal, internals);
  await new Promise<void>((resolve) => terminal.write(output, resolve));
  return { terminal, internals, title: () => title };
}

/** Emoji are two columns wide for shells and editors, and for the web app's terminal; by itself xterm.js counts one. */
export function showEmoji(terminal: Terminal): void {
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = '11';
}

/** xterm.js makes an array for all that is to be repeated, before it prints any of it. */
function boundRepetition(terminal: Terminal): void {
  terminal.parser.registerCsiHandler({ final: 'b' }, ([times]) => {
    const { active } = terminal.buffer;
    const line = active.getLine(active.baseY + active.cursorY);
    // A wide character has its second half before the cursor.
    const before = [1, 2].map((back) => line?.getCell(active.cursorX - back)?.getChars().length ?? 0);
    return Number(times) * Math.max(1, ...before) > MAX_REPEATED;
  });
}

/** Erasing all up to the last cell of the screen looks for the line below it in xterm.js 6.0, and throws where there is none. */
function mendErasing(terminal: Terminal, { _inputHandler: handler }: Internals): void {
  terminal.parser.registerCsiHandler({ final: 'J' }, ([part]) => {
    const { cursorX, cursorY, length } = terminal.buffer.active;
    if (part !== 1 || cursorX + 1 < terminal.cols || cursorY + 1 < length) return false;
    return handler.eraseInDisplay({ params: [2] });
  });
}
