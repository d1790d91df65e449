import t from 'tap';
import { readRoster } from '../../../../src/domains/courses/roster-csv.ts';

const read = (text: string, encoding: BufferEncoding = 'utf8') => readRoster(Buffer.from(text, encoding));
const ada = { line: 2, name: 'Ada', email: 'ada@example.org', role: undefined, section: undefined };

await t.test('columns are found by name, in any order and case', async (t) => {
  t.same(read('name,email,role\nAda,ada@example.org,learner\n').lines, [{ ...ada, role: 'learner' }]);
  t.same(read('name,email,,\nAda,ada@example.org,,\n').lines, [ada]);
  t.same(read('sep=;\nname;email\nAda;ada@example.org\n').lines, [{ ...ada, line: 3 }]);
  t.same(read('E-Mail;Name\nada@example.org;Ada').lines, [ada]);
  t.same(read('section\temail\tname\n\tada@example.org\tAda\r\n').lines, [ada]);
  t.same(read('Ada,ada@example.org,student,B\n').lines, [{ ...ada, line: 1, role: 'learner', section: 'B' }]);
  t.match(read('email,role\na@b,Teacher\nc@d,TA\ne@f,OBSERVER\n').lines, [
    { role: 'instructor' },
    { role: 'assistant' },
    { role: 'observer' },
  ]);
});

await t.test('quotes, empty lines and line numbers', async (t) => {
  const { lines } = read('name,email\n\n"Lovelace, Ada",ada@example.org\n ,\n"Bo ""B""",bo@example.org\n');
  t.match(lines, [
    { line: 3, name: 'Lovelace, Ada' },
    { line: 5, name: 'Bo "B"' },
  ]);
});

await t.test('encodings of spreadsheets', async (t) => {
  const named = { ...ada, name: 'Zo\u00eb' };
  const text = 'name;email\nZo\u00eb;ada@example.org\n';
  const mark = Buffer.from([0xef, 0xbb, 0xbf]);
  for (const bytes of [
    Buffer.from(text),
    Buffer.concat([mark, Buffer.from(text)]),
    Buffer.from(text, 'latin1'),
    Buffer.concat([mark, Buffer.from(text, 'latin1')]),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
  ])
    t.same(readRoster(bytes).lines, [named]);
});

await t.test('Korean and Western encodings are recognised', async (t) => {
  const name = (hex: string) =>
    readRoster(Buffer.concat([Buffer.from('email;name\na@b;'), Buffer.from(hex, 'hex'), Buffer.from('\n')]))
      .lines[0]?.name;
  t.equal(name('b1e8b9ce'), '\uae40\ubbfc', 'EUC-KR');
  t.equal(name('c46c67'), '\u00c4lg', 'one letter above ASCII');
  t.equal(name('5a6feb'), 'Zo\u00eb');
  t.equal(name('e9e9'), '\u00e9\u00e9', 'a pair without Hangul');
});

await t.test('problems are reported by line, and the other lines are read', async (t) => {
  const { lines, problems } = read(
    'name,email,role\nAda,ada@example.org,\nBo,,\nCy,cy@example.org,king\nDi,di@example.org,learner,x\n',
  );
  t.same(lines, [ada]);
  t.same(problems, [
    { line: 3, message: 'The e-mail address is missing.' },
    { line: 4, message: '"king" is not a role. Use instructor, assistant, learner or observer.' },
    { line: 5, message: 'It has 4 cells, but there are 3 columns.' },
  ]);
});

await t.test('other files are refused', async (t) => {
  const refused = (text: string, message: RegExp) =>
    t.throws(() => read(text), { code: 'INPUT_INVALID', message });
  refused('', /empty/);
  refused('\n\n', /empty/);
  refused('name,role\nAda,learner\n', /no column "email"/);
  refused('email,email\na@b,c@d\n', /twice/);
  refused('name,email,shoe size\n', /no column "shoe size"/);
  refused('name,email\n"Ada,ada@example.org\n', /not CSV/);
  refused(`email\n${'a@b\n'.repeat(10_001)}`, /more than 10000 lines/);
  t.equal(read(`email\n${'a@b\n'.repeat(10_000)}`).lines.length, 10_000);
});
