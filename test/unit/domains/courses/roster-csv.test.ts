import t from 'tap';
import { readRoster } from '../../../../src/domains/courses/roster-csv.ts';

const read = (text: string, encoding: BufferEncoding = 'utf8') => readRoster(Buffer.from(text, encoding));
const ada = { line: 2, name: 'Ada', email: 'ada@example.org', role: undefined, section: undefined };

await t.test('columns are found by name, in any order and case', async (t) => {
  t.same((await read('name,email,role\nAda,ada@example.org,learner\n')).lines, [{ ...ada, role: 'learner' }]);
  t.same((await read('name,email,,\nAda,ada@example.org,,\n')).lines, [ada]);
  t.same((await read('sep=;\nname;email\nAda;ada@example.org\n')).lines, [{ ...ada, line: 3 }]);
  t.same((await read('E-Mail;Name\nada@example.org;Ada')).lines, [ada]);
  t.same((await read('section\temail\tname\n\tada@example.org\tAda\r\n')).lines, [ada]);
  t.same((await read('Ada,ada@example.org,student,B\n')).lines, [
    { ...ada, line: 1, role: 'learner', section: 'B' },
  ]);
  t.match((await read('email,role\na@b,Teacher\nc@d,TA\ne@f,OBSERVER\n')).lines, [
    { role: 'instructor' },
    { role: 'assistant' },
    { role: 'observer' },
  ]);
});

await t.test('quotes, empty lines and line numbers', async (t) => {
  const { lines } = await read(
    'name,email\n\n"Lovelace, Ada",ada@example.org\n ,\n"Bo ""B""",bo@example.org\n',
  );
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
    t.same((await readRoster(bytes)).lines, [named]);
});

await t.test('Korean and Western encodings are recognised', async (t) => {
  const name = async (hex: string) => {
    const parts = [Buffer.from('email;name\na@b;'), Buffer.from(hex, 'hex'), Buffer.from('\n')];
    return (await readRoster(Buffer.concat(parts))).lines[0]?.name;
  };
  t.equal(await name('b1e8b9ce'), '\uae40\ubbfc', 'EUC-KR');
  t.equal(await name('c46c67'), '\u00c4lg', 'one letter above ASCII');
  t.equal(await name('5a6feb'), 'Zo\u00eb');
  t.equal(await name('e9e9'), '\u00e9\u00e9', 'a pair without Hangul');
});

await t.test('problems are reported by line, and the other lines are read', async (t) => {
  const { lines, problems } = await read(
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
    t.rejects(read(text), { code: 'INPUT_INVALID', message });
  await refused('', /empty/);
  await refused('\n\n', /empty/);
  await refused('name,role\nAda,learner\n', /no column "email"/);
  await refused('email,email\na@b,c@d\n', /twice/);
  await refused('name,email,shoe size\n', /no column "shoe size"/);
  await refused('name,email\n"Ada,ada@example.org\n', /not CSV/);
  await refused(`email\n${'a@b\n'.repeat(10_001)}`, /more than 10000 lines/);
  await refused(`name,email\n${`${'n'.repeat(50)},a@b\n`.repeat(20_000)}`, /more than 10000 lines/);
  await refused(`name;email\n${';'.repeat(200_000)}`, /more than 10000 characters/);
  t.equal((await read(`email\n${'a@b\n'.repeat(10_000)}`)).lines.length, 10_000);
});

await t.test('characters and line ends at the border of two portions', async (t) => {
  const border = 64 * 1024;
  const filler = 'Somebody,a@b\n';
  const count = Math.floor((border - 100) / filler.length);
  const filled = `name,email\n${filler.repeat(count)}`;
  /** Reads a line after `count` others, where the character `at` of the part after a name is the last of a portion. */
  const lastLines = async (part: string, at: number) => {
    const name = 'n'.repeat(border - 1 - at - filled.length);
    const { lines } = await read(`${filled}${name}${part}`);
    t.equal(lines.length, count + 2);
    return { name, last: lines.slice(count) };
  };
  for (const character of ['\u{1f98a}', '\u{20000}', '\ue000']) {
    const { name, last } = await lastLines(`${character},c@d\r\nLast,e@f\r\n`, 0);
    t.match(last, [{ name: `${name}${character}` }, { name: 'Last', line: count + 3 }]);
  }
  for (const lineEnd of ['\r\n', '\r', '\n', '\r\r\n']) {
    const { name, last } = await lastLines(`,c@d${lineEnd}Last,e@f\r\n`, 4);
    const skipped = lineEnd.length > 2 ? 1 : 0;
    t.match(last, [
      { name, line: count + 2 },
      { name: 'Last', line: count + 3 + skipped },
    ]);
  }
});

await t.test('no turn takes most of the time that a hostile roster takes', async (t) => {
  const lineEnds = Buffer.alloc(1024 * 1024, '\r');
  /** Returns the share of the longest turn. */
  const longest = async () => {
    const started = performance.now();
    let [last, most] = [started, 0];
    const measure = () => {
      most = Math.max(most, performance.now() - last);
      last = performance.now();
    };
    const timer = setInterval(measure, 0);
    await readRoster(lineEnds).catch(() => undefined);
    measure();
    clearInterval(timer);
    return most / (performance.now() - started);
  };
  const shares: number[] = [];
  for (let round = 0; round < 5; round++) shares.push(await longest());
  t.ok(Math.min(...shares) < 0.3, shares.join(', '));
});

await t.test('others have their turns while a long roster is read', async (t) => {
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 0);
  const name = 'n'.repeat(500);
  const { lines } = await read(`name,email\n${`${name},a@b\n`.repeat(10_000)}`);
  clearInterval(counting);
  t.equal(lines.length, 10_000);
  t.equal(lines.at(-1)?.name, name);
  t.ok(turns > 20, `${turns} turns`);
});
