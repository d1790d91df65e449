import type { TerminalSize } from '../terminal.ts';
import { emulate, SCROLLBACK_LINES } from './emulator.ts';
import { drawLines } from './lines.ts';
import { createPen, underlineColour } from './pen.ts';
import type { Pen } from './pen.ts';
import { fromSafePlace } from './safe-place.ts';
import { unfinished } from './unfinished.ts';
import { createSequenceReader } from './sequence-reader.ts';
import type { IBuffer } from '@xterm/headless';
import { drawsLines } from './charset.ts';
import type { Attributes, Cell, Emulator, ScreenState } from './emulator.ts';

const ESC = '\x1b';

/** Longest title that is set again, in UTF-16 units: nobody reads more of it. */
const MAX_TITLE_LENGTH = 500;

const mouseModes = { none: '', x10: '9', vt200: '1000', drag: '1002', any: '1003' } as const;
const mouseEncodings: Record<string, string> = { SGR: '1006', SGR_PIXELS: '1016' };
const cursorStyles = { block: 2, underline: 4, bar: 6 } as const;

/**
 * Sets the modes that stay after the screen was drawn. Not the one that holds drawing back (2026): what
 * the program draws until it ends that is told by its next bytes.
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
  // Control characters would end it, and half a character is none.
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
    // A restored cursor brings a set that its slot does not have.
    drawsLines(level === glevel ? charset : slots[level]) ? `${ESC}${slot}0` : '',
  );
  const shift = ['', '\x0e', `${ESC}n`, `${ESC}o`][glevel] ?? '';
  return set.join('') + shift;
}

/** Columns between two tab stops where no program set others. */
const TAB_WIDTH = 8;

type Screen = { buffer: IBuffer; state: ScreenState; pen: Pen; rows: number; cols: number };

/** Sets what a screen has beside its cells, as long as it is the one shown: tab stops, scroll region, saved cursor. */
function* setScreen(screen: Screen): Generator<string> {
  const { state, pen, rows, cols } = screen;
  yield setTabs(state.tabs, cols);
  if (state.scrollTop !== 0 || state.scrollBottom !== rows - 1) {
    yield `${ESC}[${state.scrollTop + 1};${state.scrollBottom + 1}r`;
  }
  const row = Math.max(0, state.savedY - state.ybase);
  const [chosen, left] = drawsLines(state.savedCharset) ? [`${ESC}(0`, `${ESC}(B`] : ['', ''];
  yield `${pen.takeSaved(state.savedCurAttrData)}${moveTo(row, state.savedX)}${chosen}${ESC}7${left}`;
}

/** Puts the cursor where it is, and the pen into it: what comes next is printed there in that manner. */
function* setCursor(
  screen: Screen & Pick<Emulator, 'terminal'> & { attributes: Attributes },
): Generator<string> {
  const { buffer, state, pen, cols, terminal, attributes } = screen;
  const { originMode } = terminal.modes;
  // Switching it on moves the cursor, and counts rows from the region's first.
  if (originMode) yield `${ESC}[?6h`;
  const row = originMode ? Math.max(0, state.y - state.scrollTop) : state.y;
  yield state.x < cols ? moveTo(row, state.x) : waitToWrap({ buffer, state, pen, cols }, row);
  yield pen.take(attributes) + underlineColour(attributes);
}

/** Beyond the last column the cursor comes only by the character there: that is printed once more. */
function waitToWrap({ buffer, state, pen, cols }: Omit<Screen, 'rows'>, row: number): string {
  const line = buffer.getLine(buffer.baseY + state.y);
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
 * Largest snapshot, in bytes: less than may wait for a client that reads slowly. Colours that change with each cell
 * take 40 a cell.
 */
const MAX_BYTES = 3 * 1024 * 1024;

/**
 * Bytes that draw, on a terminal of that size which was just reset, what `output` has drawn. The lines above the
 * screen are left out where all would be too large. `before` sets the modes in which `output` begins; where that
 * is not known, its screen is guessed.
 * @throws where the screen alone is
 */
export async function drawScreen(
  output: Uint8Array,
  size: TerminalSize,
  before?: Uint8Array,
): Promise<Buffer> {
  const safe = fromSafePlace(output);
  const begun = before ?? Buffer.from(beginsInAlternate(safe) ? `${ESC}[?1047h` : '');
  const emulator = await emulate(Buffer.concat([begun, safe]), size);
  try {
    const drawn = joined(draw(emulator, SCROLLBACK_LINES)) ?? joined(draw(emulator, 0));
    if (drawn === undefined) throw new Error(`The screen takes more than ${MAX_BYTES} bytes to draw.`);
    const { currentState } = emulator.internals._inputHandler._parser;
    return Buffer.concat([Buffer.from(drawn), unfinished(Buffer.from(safe), currentState)]);
  } finally {
    emulator.terminal.dispose();
  }
}

function* draw(emulator: Emulator, scrollback: number): Generator<string> {
  const { terminal, internals } = emulator;
  const { rows, cols, buffer } = terminal;
  const { normal, alt } = internals._bufferService.buffers;
  const pen = createPen(internals._oscLinkService);
  const onAlternate = buffer.active.type === 'alternate';

  const from = Math.max(0, buffer.normal.baseY - scrollback);
  yield* drawLines(buffer.normal, { pen, cols, lines: { from, to: buffer.normal.baseY + rows } });
  yield pen.lay();
  yield* setScreen({ buffer: buffer.normal, state: normal, pen, rows, cols });
  if (onAlternate) {
    // 1049 would save the cursor once more.
    yield `${pen.lay()}${ESC}[?1047h${ESC}[H`;
    yield* drawLines(buffer.alternate, { pen, cols, lines: { from: 0, to: rows } });
    yield* setScreen({ buffer: buffer.alternate, state: alt, pen, rows, cols });
  }
  const shown = { buffer: buffer.active, state: onAlternate ? alt : normal, pen, rows, cols };
  yield* setCursor({ ...shown, terminal, attributes: internals._inputHandler._curAttrData });
  yield* setModes(emulator);
}

/** All of it, or undefined where that is too large. */
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
 * Whether `output` begins on the alternate screen, as when a program had drawn so much there that its beginning
 * is no longer kept: what it does first is to leave that screen. Taken for the normal screen, all of its drawings
 * would stay on it.
 */
function beginsInAlternate(output: Uint8Array): boolean {
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
