import type { IBuffer, IBufferLine } from '@xterm/headless';
import type { Cell } from './emulator.ts';
import { erased, type Pen } from './pen.ts';

const ESC = '\x1b';

/** Most UTF-16 units of one cell that are drawn: a letter with all its marks has fewer, and marks without end cost every viewer. */
const MAX_CELL_LENGTH = 32;

/** Draws `lines` of the screen, from where the cursor is, each below the other, with the wraps between them. */
export function* drawLines(
  buffer: IBuffer,
  { pen, lines, cols }: { pen: Pen; lines: { from: number; to: number }; cols: number },
): Generator<string> {
  for (let row = lines.from; row < lines.to; row++) {
    const line = buffer.getLine(row);
    const next = row + 1 < lines.to ? buffer.getLine(row + 1) : undefined;
    if (line) yield next?.isWrapped ? wrapped(line, next, { pen, cols }) : drawLine(line, { pen, cols });
    // What scrolls in now is blank only with a pen that has no background.
    if (next && !next.isWrapped) yield `${pen.lay()}\r\n`;
  }
}

/** Draws the line, and goes on to the next one as text that does not fit does: it belongs together when the window is made larger. */
function wrapped(line: IBufferLine, next: IBufferLine, { pen, cols }: { pen: Pen; cols: number }): string {
  const last = line.getCell(cols - 1) as Cell;
  const pushed = last.getChars() === '' && last.getWidth() === 1 && next.getCell(0)?.getWidth() === 2;
  if (!pushed) {
    // A full line wraps at the next character.
    return `${drawLine(line, { pen, cols, full: true })}${pen.lay()} \r${ESC}[X`;
  }
  // A wide character wraps at the last column, which it leaves empty with the attributes of its own.
  const drawn = `${drawLine(line, { pen, cols: cols - 1 })}\r${ESC}[${cols - 1}C`;
  return `${drawn}${pen.take(last)}\u3000\r${pen.lay()}${ESC}[${cols}X`;
}

/** Draws the cells; a `full` line ends with a character, at which the cursor waits to wrap. */
function drawLine(
  line: IBufferLine,
  { pen, cols, full = false }: { pen: Pen; cols: number; full?: boolean },
): string {
  const cells: Cells = { line, cols, here: undefined, ahead: undefined };
  let text = '';
  let skipped = 0;
  const skip = () => {
    const move = skipped === 0 ? '' : `${ESC}[${skipped}C`;
    skipped = 0;
    return move;
  };
  for (let col = 0; col < cols;) {
    const cell = (cells.here = line.getCell(col, cells.here) as Cell);
    const run = isEmpty(cell) ? emptyRun(cells, col, full ? cols - 1 : cols) : 0;
    if (run > 0) {
      if (cell.bg !== 0) text += `${skip()}${pen.take(cell)}${ESC}[${run}X`;
      skipped += run;
      col += run;
      continue;
    }
    const wide = isWide(cells, col);
    text += skip() + pen.take(cell) + charsOf(cell, wide);
    col += wide ? 2 : 1;
  }
  return text;
}

/** A line, with two cells that are read into again and again: there are up to a million of them. */
interface Cells {
  line: IBufferLine;
  cols: number;
  here: Cell | undefined;
  ahead: Cell | undefined;
}

/** How many cells from `col` up to `end` are empty in the same manner. */
function emptyRun(cells: Cells, col: number, end: number): number {
  const bg = cells.here?.bg;
  for (let at = col; at < end; at++) {
    cells.ahead = cells.line.getCell(at, cells.ahead) as Cell;
    if (!isEmpty(cells.ahead) || cells.ahead.bg !== bg) return at - col;
  }
  return Math.max(0, end - col);
}

function isEmpty(cell: Cell): boolean {
  return cell.getCode() === 0 && cell.getWidth() === 1 && erased(cell);
}

/** Whether both halves of a wide character are there. */
function isWide(cells: Cells, col: number): boolean {
  if (cells.here?.getWidth() !== 2 || col + 1 >= cells.cols) return false;
  cells.ahead = cells.line.getCell(col + 1, cells.ahead) as Cell;
  return cells.ahead.getWidth() === 0;
}

/** What to print for a cell that is not merely erased. Where half of a wide character is left, a blank. */
function charsOf(cell: Cell, wide: boolean): string {
  const chars = cell.getChars();
  if (!wide && cell.getWidth() !== 1) return ' ';
  if (chars.length <= MAX_CELL_LENGTH) return chars === '' ? ' ' : chars;
  return String.fromCodePoint(chars.codePointAt(0) ?? 0x20);
}
