import { test } from 'tap';
import { MAX_COLS, MAX_ROWS, requireTerminalSize } from '../../../../src/domains/terminals/terminal.ts';

await test('accepts screen sizes', (t) => {
  for (const size of [
    { rows: 1, cols: 1 },
    { rows: 24, cols: 80 },
    { rows: MAX_ROWS, cols: MAX_COLS },
  ]) {
    t.same(requireTerminalSize(size), size);
  }
  t.end();
});

await test('rejects sizes that no terminal can have, and says which are valid', (t) => {
  const sizes: [unknown, unknown][] = [
    [0, 0],
    [0, 80],
    [24, 0],
    [-1, 80],
    [1e9, 1e9],
    [MAX_ROWS + 1, 80],
    [24, MAX_COLS + 1],
    [24.5, 80],
    [NaN, 80],
    [Infinity, 80],
    ['24', 80],
    [undefined, undefined],
    [null, 80],
    [{}, []],
  ];
  for (const [rows, cols] of sizes) {
    t.throws(
      () => requireTerminalSize({ rows, cols }),
      { code: 'TERMINAL_SIZE_INVALID', message: `1 to ${MAX_ROWS} rows and 1 to ${MAX_COLS} columns` },
      `${String(rows)} by ${String(cols)}`,
    );
  }
  t.end();
});
