import { fault } from '../../core/errors.ts';
import type { TerminalSize } from './terminal.ts';

/**
 * Largest terminal: an 8K screen with the smallest readable type (8 by 9 pixels a cell) has 480 rows and 960 columns.
 * Programs allocate rows times columns, so a larger size only costs memory.
 */
export const MAX_ROWS = 500;
export const MAX_COLS = 1_000;

/**
 * Returns the size if it is valid.
 * @throws TERMINAL_SIZE_INVALID
 */
export function requireTerminalSize(size: { rows: unknown; cols: unknown }): TerminalSize {
  const { rows, cols } = size;
  if (!isCount(rows, MAX_ROWS) || !isCount(cols, MAX_COLS)) {
    throw fault('TERMINAL_SIZE_INVALID', {
      rows: shown(rows),
      cols: shown(cols),
      maxRows: MAX_ROWS,
      maxCols: MAX_COLS,
    });
  }
  return { rows, cols };
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
}

/** Formats the value briefly for a message, whatever it is. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : `(${typeof value})`;
}
