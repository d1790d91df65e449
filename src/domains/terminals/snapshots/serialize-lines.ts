import type { IBuffer, IBufferLine } from '@xterm/headless';
import { erased, type Pen } from './pen.ts';
import type { Cell } from './xterm-internals.ts';

const ESC = '\x1b';

/**
 * Maximum UTF-16 units drawn per cell: a letter with all its marks has fewer. Without a limit, endless combining marks
 * would slow down every viewer.
 */
const MAX_CELL_LENGTH = 32;

/**
 * Draws the `lines` of a buffer, scrollback included, from the cursor of the receiving terminal down. Preserves wrapped
 * lines. `to` is exclusive.
 */
export function* serializeLines(
  buffer: IBuffer,
  { pen, lines, cols }: { pen: Pen; lines: { from: number; to: number }; cols: number },
): Generator<string> {
  for (let row = lines.from; row < lines.to; row++) {
    const line = buffer.getLine(row);
    const next = row + 1 < lines.to ? buffer.getLine(row + 1) : undefined;
    if (line) yield next?.isWrapped ? wrapped(line, next, { pen, cols }) : drawLine(line, { pen, cols });
    // A line that scrolls in is blank only if the pen has no background.
    if (next && !next.isWrapped) yield `${pen.reset()}\r\n`;
  }
}

/** Draws the line so that it wraps into the next one. The terminal then reflows both when the window becomes wider. */
function wrapped(line: IBufferLine, next: IBufferLine, { pen, cols }: { pen: Pen; cols: number }): string {
  const last = line.getCell(cols - 1) as Cell;
  const pushed = last.getChars() === '' && last.getWidth() === 1 && next.getCell(0)?.getWidth() === 2;
  if (!pushed) {
    // A full line wraps at the next character.
    return `${drawLine(line, { pen, cols, full: true })}${pen.reset()} \r${ESC}[X`;
  }
  // A wide character that does not fit wraps and leaves the last column empty, with that column's own attributes.
  const drawn = `${drawLine(line, { pen, cols: cols - 1 })}\r${ESC}[${cols - 1}C`;
  return `${drawn}${pen.take(last)}\u3000\r${pen.reset()}${ESC}[${cols}X`;
}

/** Draws the cells. A `full` line ends with a character, so the cursor waits to wrap. */
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

/** A line, with two cell objects that are reused: a screen can have a million cells. */
interface Cells {
  line: IBufferLine;
  cols: number;
  here: Cell | undefined;
  ahead: Cell | undefined;
}

/** Counts the empty cells with the same background from `col` up to `end`. */
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

/** Returns whether both halves of a wide character exist. */
function isWide(cells: Cells, col: number): boolean {
  if (cells.here?.getWidth() !== 2 || col + 1 >= cells.cols) return false;
  cells.ahead = cells.line.getCell(col + 1, cells.ahead) as Cell;
  return cells.ahead.getWidth() === 0;
}

/** Returns the text of a cell that is not just erased: a blank for a lone half of a wide character. */
function charsOf(cell: Cell, wide: boolean): string {
  const chars = cell.getChars();
  if (!wide && cell.getWidth() !== 1) return ' ';
  if (chars.length <= MAX_CELL_LENGTH) return chars === '' ? ' ' : chars;
  return String.fromCodePoint(chars.codePointAt(0) ?? 0x20);
}
