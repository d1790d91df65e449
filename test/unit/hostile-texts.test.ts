import t from 'tap';
import { readCode, parsePage } from 'berth-lab-format/pages';
import { parseListing } from '../../src/domains/files/scripts.ts';
import { markFolds, withoutHtml } from '../../src/domains/labs/import/text/html.ts';
import { languageGiven } from '../../src/domains/labs/localized-text.ts';
import { parseLabYaml } from '../../src/domains/labs/reading/lab-yaml.ts';
import { plainPath } from '../../src/domains/labs/schema/text-file.ts';
import { parseWarmTime } from '../../src/domains/labs/warm-time.ts';
import { resolveUserId } from '../../src/engine/docker/environments/machine-user.ts';
import { superlinear } from '../kit/fuzz/linear-time.ts';
import { problemsOf } from '../kit/labs/lab-of.ts';

const lines = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('');

/** HTML that opens tags and does not close them. Only `berth labs import` reads it. */
const unclosed = [
  '<b>',
  '<b',
  '<img ',
  '<i',
  '<i>',
  '<h1>x',
  '<h1> ',
  '<a href=',
  '<kbd>x',
  '<style>',
  '<p ',
  '<!--',
  '<details',
];

/** Texts of people and machines that the service or a command reads, by what reads them. */
const texts: Record<string, (length: number) => unknown> = {
  'a language tag': (length) => languageGiven(['en'], `en-x${'-a'.repeat(length)}`),
  'a warm time': (length) => parseWarmTime(`a${' '.repeat(length)}`),
  'a path': (length) => plainPath(`${'/'.repeat(length)}x`),
  'a user list': (length) => resolveUserId('nobody', `a${' '.repeat(length)}x:x:0`),
  'keys of lab.yaml': (length) => parseLabYaml(lines(length / 4, (at) => `k${at}: 1\n`)),
  'aliases of lab.yaml': (length) => {
    const anchors = lines(length / 4, (at) => `k${at}: &a${at} x\n`);
    return parseLabYaml(anchors + lines(length / 4, (at) => `j${at}: *a${at}\n`));
  },
  'lines of the problems of lab.yaml': (length) => {
    const { lineOf } = parseLabYaml(lines(length / 4, (at) => `k${at}: 1\n`));
    return Array.from({ length: length / 4 }, (_, at) => lineOf([`k${at}`]));
  },
  'lines of the problems behind an alias': (length) => {
    const { lineOf } = parseLabYaml(`${lines(length / 8, (at) => `k${at}: 1\n`)}a: &a { b: 1 }\nc: *a\n`);
    return Array.from({ length: length / 8 }, () => lineOf(['c', 'b']));
  },
  'code in a line of a page': (length) => readCode(lines(length / 4, (at) => `\`x\`{{${at}}}`)),
  'code with escapes in a line of a page': (length) =>
    readCode(lines(length / 4, (at) => `\`x\`{{${at}\\|}}`)),
  'an HTML tag without an end': (length) => withoutHtml(`<b>${' '.repeat(length)}`),
  ...Object.fromEntries(
    unclosed.map((tag) => [
      `HTML with many ${tag}`,
      (length) => markFolds(withoutHtml(tag.repeat((2 * length) / tag.length))),
    ]),
  ),
};

for (const [name, read] of Object.entries(texts)) {
  await t.test(`${name} is read in linear time`, async (t) => t.equal(superlinear(read), undefined));
}

await t.test('a page cannot ask for many cells with few bytes', async (t) => {
  const table = `${'|a'.repeat(200)}\n${'|-'.repeat(200)}\n${'x\n'.repeat(330)}\n`;
  const cells = (page: string) => parsePage(page).filter(({ type }) => type === 'td_open').length;
  const one = cells(table);
  t.ok(one > 60_000, `${one} cells in one table`);
  t.equal(cells(table.repeat(4)), one, 'later tables are text');
  t.equal(cells('| a | b |\n|---|---|\n| x | y |\n\n'.repeat(500)), 1_000);
});

await t.test('invalid entries count in a listing', async (t) => {
  const output = Buffer.concat([Buffer.alloc(4 * 1024 ** 2), Buffer.from('f 644 0 0 1 1 late\0\0')]);
  t.same(parseListing('/', output, { cut: false }), { path: '/', entries: [], truncated: true });
});

await t.test('a key that occurs twice in lab.yaml is named with its line', async (t) => {
  const { problems, data } = parseLabYaml('title: a\nsteps:\n  - id: x\n    id: y\ntitle: b\n');
  t.equal(data, undefined);
  t.same(problems, [
    { line: 5, message: 'Map keys must be unique' },
    { line: 4, message: 'Map keys must be unique' },
  ]);
});

await t.test('lists that are too long are not searched for conflicts', async (t) => {
  const lab = (count: number) => {
    const volumes = Array.from({ length: count }, () => '/data').join(', ');
    return { 'lab.yaml': `title: a\nmachines: [{ name: main, image: x, volumes: [${volumes}] }]\n` };
  };
  t.match(await problemsOf(t, lab(2)), [/inside the volume/]);
  const problems = await problemsOf(t, lab(1_000));
  t.equal(problems.length, 1);
  t.match(problems[0], /volumes/);
});
