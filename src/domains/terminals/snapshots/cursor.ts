import type { IBuffer } from '@xterm/headless';
import { drawsLines } from './charset.ts';
import type { Attributes, Cell, Emulator, ScreenState } from './emulator.ts';
import { type Pen, underlineColour } from './pen.ts';

const ESC = '\x1b';

/** Columns between two tab stops where no program set others. */
const TAB_WIDTH = 8;

type Screen = { buffer: IBuffer; state: ScreenState; pen: Pen; rows: number; cols: number };

/** Sets what a screen has beside its cells, as long as it is the one shown: tab stops, scroll region, saved cursor. */
export function* setScreen(screen: Screen): Generator<string> {
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
export function* setCursor(
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
