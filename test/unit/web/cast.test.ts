import { test } from 'tap';
import {
  countBefore,
  readCast,
  readSize,
  shortenPauses,
  typedText,
} from '../../../web/src/modules/recordings/cast.ts';
import { formatLength } from '../../../web/src/modules/language/format.ts';

const FILE = `{"version":3,"term":{"cols":80,"rows":24}}
[0.5, "o", "one"]
# a comment
[100.0, "o", "two"]
[0.25, "r", "100x30"]
[nonsense
[1, 2, 3]
["1", "o", "x"]
[1.0, "x", "0"]
[2.0, "o", "cut o`;

await test('a recording is parsed, and invalid lines are skipped', (t) => {
  const { rows, cols, events, length } = readCast(FILE);
  t.same({ rows, cols, length }, { rows: 24, cols: 80, length: 101.75 });
  t.same(events, [
    { at: 0.5, code: 'o', data: 'one' },
    { at: 100.5, code: 'o', data: 'two' },
    { at: 100.75, code: 'r', data: '100x30' },
    { at: 101.75, code: 'x', data: '0' },
  ]);
  t.end();
});

await test('only pauses are shortened', (t) => {
  const { events, length } = shortenPauses(readCast(FILE), 2);
  t.same(
    events.map(({ at }) => at),
    [0.5, 2.5, 2.75, 3.75],
  );
  t.equal(length, 3.75);
  t.end();
});

await test('events up to a time are counted', (t) => {
  const cast = readCast(FILE);
  t.same(
    [-1, 0, 0.5, 100.4, 100.5, 101, 1_000].map((at) => countBefore(cast, at)),
    [0, 0, 1, 1, 2, 3, 4],
  );
  t.equal(countBefore({ events: [] }, 5), 0);
  t.end();
});

await test('impossible sizes are rejected', (t) => {
  t.same(readSize('80x24'), { cols: 80, rows: 24 });
  for (const size of ['0x24', '80x0', '80', '99999x24', '80x24x2', '']) t.equal(readSize(size), undefined);
  t.end();
});

await test('lengths and keys are formatted for people', (t) => {
  t.same([0, 65.9, 3_603].map(formatLength), ['0:00', '1:05', '1:00:03']);
  const typed = (...keys: string[]) =>
    typedText(
      keys.map((data) => ({ at: 0, code: 'i', data })),
      keys.length,
    );
  t.equal(typed('ls', '\r', '\u0003', '\u007F', '\u001B[A'), 'ls⏎␃⌫␛[A');
  t.equal(typed('x'.repeat(1_000)).length, 60);
  t.end();
});
