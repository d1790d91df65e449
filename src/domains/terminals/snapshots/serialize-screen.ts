import type { TerminalSize } from '../terminal.ts';
import { drawsLines, emulate, SCROLLBACK_LINES } from './emulator.ts';
import { serializeLines } from './serialize-lines.ts';
import { createPen, underlineColour } from './pen.ts';
import type { Pen } from './pen.ts';
import { fromSafeBoundary, unfinishedSequence } from './sequence-boundaries.ts';
import { createSequenceReader } from './sequence-reader.ts';
import type { IBuffer } from '@xterm/headless';
import type { Emulator } from './emulator.ts';
import type { Attributes, Cell, ScreenState } from './xterm-internals.ts';

const ESC = '\x1b';

/** Longest restored title, in UTF-16 units: nobody reads more of it. */
const MAX_TITLE_LENGTH = 500;

const mouseModes = { none: '', x10: '9', vt200: '1000', drag: '1002', any: '1003' } as const;
const mouseEncodings: Record<string, string> = { SGR: '1006', SGR_PIXELS: '1016' };
const cursorStyles = { block: 2, underline: 4, bar: 6 } as const;

/**
 * Sets the modes that apply after the screen is drawn. Synchronized output (mode 2026) is not restored: the program's
 * next bytes complete the drawing.
 */
function* setModes({ terminal, internals, title }: Emulator): Generator<string> {
  const { modes } = terminal;
  const decset = [
    modes.applicationCursorKeysMode ? '1' : '',
    modes.applicationKeypadMode ? '66' : '',
    modes.bracketedPasteMode ? '2004' : '',
    modes.reverseWraparoundMode ? '45' : '',
    modes.sendFocusMode ? '1004' : '',
    mouseModes[modes.mouseTrackingMode],
    mouseEncodings[internals.coreMouseService.activeEncoding] ?? '',
  ].filter((mode) => mode !== '');
  for (const mode of decset) yield `${ESC}[?${mode}h`;
  if (modes.insertMode) yield `${ESC}[4h`;
  if (terminal.options.convertEol) yield `${ESC}[20h`;
  if (!modes.wraparoundMode) yield `${ESC}[?7l`;
  if (internals.coreService.isCursorHidden) yield `${ESC}[?25l`;
  yield cursorStyle(internals);
  yield charsets(internals);
  // Control characters would end the sequence, and a lone surrogate is not a character.
  const shown = title()
    .slice(0, MAX_TITLE_LENGTH)
    .replaceAll(/[\p{Cc}\p{Cs}]/gu, '');
  if (shown !== '') yield `${ESC}]2;${shown}${ESC}\\`;
}

function cursorStyle({ coreService }: Emulator['internals']): string {
  const { cursorStyle, cursorBlink } = coreService.decPrivateModes;
  if (!cursorStyle) return '';
  return `${ESC}[${cursorStyles[cursorStyle] - (cursorBlink ? 1 : 0)} q`;
}

function charsets({ _charsetService: service }: Emulator['internals']): string {
  const { glevel, charset, _charsets: slots } = service;
  const set = ['(', ')', '*', '+'].map((slot, level) =>
    // Restoring a saved cursor can select a character set that is not in its slot.
    drawsLines(level === glevel ? charset : slots[level]) ? `${ESC}${slot}0` : '',
  );
  const shift = ['', '\x0e', `${ESC}n`, `${ESC}o`][glevel] ?? '';
  return set.join('') + shift;
}

/** Default distance between tab stops, in columns. */
const TAB_WIDTH = 8;

type Screen = { buffer: IBuffer; state: ScreenState; pen: Pen; rows: number; cols: number };

/**
 * Restores the state of a screen apart from its cells, while that screen is active: tab stops, scroll region, saved
 * cursor.
 */
function* setScreen(screen: Screen): Generator<string> {
  const { buffer, state, pen, rows, cols } = screen;
  yield setTabs(state.tabs, cols);
  if (state.scrollTop !== 0 || state.scrollBottom !== rows - 1) {
    yield `${ESC}[${state.scrollTop + 1};${state.scrollBottom + 1}r`;
  }
  const row = Math.max(0, state.savedY - buffer.baseY);
  const [chosen, left] = drawsLines(state.savedCharset) ? [`${ESC}(0`, `${ESC}(B`] : ['', ''];
  yield `${pen.takeSaved(state.savedCurAttrData)}${moveTo(row, state.savedX)}${chosen}${ESC}7${left}`;
}

/** Moves the cursor to its position, and sets the attributes of the text to come. */
function* setCursor(
  screen: Screen & Pick<Emulator, 'terminal'> & { attributes: Attributes },
): Generator<string> {
  const { buffer, state, pen, cols, terminal, attributes } = screen;
  const { originMode } = terminal.modes;
  // Origin mode moves the cursor, and rows count from the first row of the scroll region.
  if (originMode) yield `${ESC}[?6h`;
  const { cursorX, cursorY } = buffer;
  const row = originMode ? Math.max(0, cursorY - state.scrollTop) : cursorY;
  yield cursorX < cols ? moveTo(row, cursorX) : waitToWrap({ buffer, pen, cols }, row);
  yield pen.take(attributes) + underlineColour(attributes);
}

/**
 * Restores a cursor that waits after the last column, which only printing a character can produce: prints the last
 * character again.
 */
function waitToWrap({ buffer, pen, cols }: Pick<Screen, 'buffer' | 'pen' | 'cols'>, row: number): string {
  const line = buffer.getLine(buffer.baseY + buffer.cursorY);
  const last = line?.getCell(cols - 1) as Cell | undefined;
  const isSecondHalf = last?.getWidth() === 0;
  const cell = isSecondHalf ? (line?.getCell(cols - 2) as Cell) : last;
  if (!cell) return moveTo(row, cols - 1);
  return `${moveTo(row, isSecondHalf ? cols - 2 : cols - 1)}${pen.take(cell)}${cell.getChars() || ' '}`;
}

function moveTo(row: number, col: number): string {
  return `${ESC}[${row + 1};${col + 1}H`;
}

function setTabs(tabs: ScreenState['tabs'], cols: number): string {
  const stops = Array.from({ length: cols }, (_, col) => col).filter((col) => tabs[col]);
  const usual = stops.every((col) => col % TAB_WIDTH === 0) && stops.length === Math.ceil(cols / TAB_WIDTH);
  if (usual) return '';
  return `\r${ESC}[3g${stops.map((col) => `${ESC}[${col + 1}G${ESC}H`).join('')}\r`;
}

/**
 * Maximum size of a snapshot, in bytes: less than the output queue of a slow client. Cells with changing colours take
 * 40 bytes each.
 */
const MAX_BYTES = 3 * 1024 * 1024;

/**
 * Returns bytes that restore, on a terminal of this size that was just reset, the screen that `output` produced. If the
 * result is too large, it omits the scrollback. `before` sets the modes at the start of `output`; without it, the
 * active screen is guessed.
 * @throws Error if the screen alone is too large
 */
export async function serializeScreen(
  output: Uint8Array,
  size: TerminalSize,
  before?: Uint8Array,
): Promise<Buffer> {
  const safe = fromSafeBoundary(output);
  const modes = before ?? Buffer.from(startsOnAlternate(safe) ? `${ESC}[?1047h` : '');
  const emulator = await emulate(Buffer.concat([modes, safe]), size);
  try {
    const screen = joined(serialize(emulator, SCROLLBACK_LINES)) ?? joined(serialize(emulator, 0));
    if (screen === undefined) throw new Error(`The screen takes more than ${MAX_BYTES} bytes to draw.`);
    const { currentState } = emulator.internals._inputHandler._parser;
    return Buffer.concat([Buffer.from(screen), unfinishedSequence(Buffer.from(safe), currentState)]);
  } finally {
    emulator.terminal.dispose();
  }
}

function* serialize(emulator: Emulator, scrollback: number): Generator<string> {
  const { terminal, internals } = emulator;
  const { rows, cols, buffer } = terminal;
  const { normal, alt } = internals._bufferService.buffers;
  const pen = createPen(internals._oscLinkService);
  const onAlternate = buffer.active.type === 'alternate';

  const from = Math.max(0, buffer.normal.baseY - scrollback);
  yield* serializeLines(buffer.normal, { pen, cols, lines: { from, to: buffer.normal.baseY + rows } });
  yield pen.reset();
  yield* setScreen({ buffer: buffer.normal, state: normal, pen, rows, cols });
  if (onAlternate) {
    // 1047, because 1049 would save the cursor again.
    yield `${pen.reset()}${ESC}[?1047h${ESC}[H`;
    yield* serializeLines(buffer.alternate, { pen, cols, lines: { from: 0, to: rows } });
    yield* setScreen({ buffer: buffer.alternate, state: alt, pen, rows, cols });
  }
  const shown = { buffer: buffer.active, state: onAlternate ? alt : normal, pen, rows, cols };
  yield* setCursor({ ...shown, terminal, attributes: internals._inputHandler._curAttrData });
  yield* setModes(emulator);
}

/** Joins the parts; undefined if they are too large together. */
function joined(parts: Iterable<string>): string | undefined {
  let text = '';
  let bytes = 0;
  for (const part of parts) {
    text += part;
    bytes += Buffer.byteLength(part);
    if (bytes > MAX_BYTES) return undefined;
  }
  return text;
}

/**
 * Guesses whether `output` starts on the alternate screen. A program may have drawn so much there that the buffer no
 * longer has the switch to it. Then the first switch in `output` leaves that screen. A wrong guess would leave all of
 * its drawing on the normal screen.
 */
function startsOnAlternate(output: Uint8Array): boolean {
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
  let first: 'enters' | 'leaves' | undefined;
  const read = createSequenceReader({
    mode(mode, on) {
      if (mode === 47 || mode === 1047 || mode === 1049) first ??= on ? 'enters' : 'leaves';
    },
    keypad: () => undefined,
    reset: () => undefined,
    title: () => undefined,
  });
  read(bytes);
  return first === 'leaves';
}
