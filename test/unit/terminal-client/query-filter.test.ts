import { test } from 'tap';
import { createQueryFilter } from 'berth-terminal-client/query-filter';
import { seededRandom } from '../../kit/fuzz/random.ts';
import { TERMINAL_QUERIES } from '../../kit/terminals/terminal-queries.ts';

const OTHERS = [
  'plain, 한국어',
  '\x1b[31m',
  '\x1b[2J\x1b[H',
  '\x1b[22;0t',
  '\x1b[?1049h',
  '\x1b[2 q',
  '\x1b]0;a title?\x07',
  '\x1b]11;rgb:00/00/00\x1b\\',
  '\x1b(B\x1b=\x1b7',
  `\x1b]8;;http://localhost/${'long'.repeat(200)}\x07`,
  '\x1b\x1b[1A',
  '\x1b[3\x18c',
];

function filtered(text: string, cut: () => number): string {
  const { filter, rest } = createQueryFilter();
  const bytes = Buffer.from(text);
  const pieces = [];
  for (let start = 0; start < bytes.length;) {
    const end = start + cut();
    pieces.push(filter(bytes.subarray(start, end)));
    start = end;
  }
  return Buffer.concat([...pieces, rest()]).toString();
}

await test('only queries are removed, however the output is split', (t) => {
  const random = seededRandom(7);
  for (const length of [1, 2, 3, 1000]) {
    for (const query of TERMINAL_QUERIES)
      t.equal(
        filtered(`a${query}b`, () => length),
        'ab',
        JSON.stringify(query),
      );
    for (const other of OTHERS)
      t.equal(
        filtered(other, () => length),
        other,
        JSON.stringify(other),
      );
  }
  const mixed = [...TERMINAL_QUERIES, ...OTHERS, ...TERMINAL_QUERIES].toSorted(() => random() - 0.5);
  const wanted = mixed.filter((part) => OTHERS.includes(part)).join('');
  t.equal(
    filtered(mixed.join(''), () => 1 + Math.floor(random() * 9)),
    wanted,
  );
  t.end();
});

await test('a sequence that interrupts a string is recognized', (t) => {
  t.equal(
    filtered('\x1b]0;broken\x1b[6nand on', () => 1),
    '\x1b]0;brokenand on',
  );
  t.equal(
    filtered('\x1b[12\x1b[6nand on', () => 1),
    '\x1b[12and on',
  );
  t.end();
});

await test('an unfinished sequence is returned at the end of the replayed output', (t) => {
  const { filter, rest } = createQueryFilter();
  t.equal(Buffer.from(filter(Buffer.from('a\x1b[6'))).toString(), 'a');
  t.equal(Buffer.from(rest()).toString(), '\x1b[6');
  t.equal(rest().length, 0);
  t.end();
});

await test('replayed output never writes to the clipboard, at any length', (t) => {
  for (const length of [1, 7, 4000])
    for (const end of ['\x07', '\x1b\\'])
      for (const data of ['QUJD', '?', 'QUJD'.repeat(2_000)])
        t.equal(
          filtered(`a\x1b]52;c;${data}${end}b`, () => length),
          'ab',
        );
  t.equal(
    filtered(`a\x1b]52;c;${'QUJD'.repeat(200)}\x18b\x1b]52;c;QUJD\x1b[31mc`, () => 3),
    'a\x18b\x1b[31mc',
    'also if it is interrupted',
  );
  t.end();
});
