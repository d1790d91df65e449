import t from 'tap';
import { parseLooseJson } from '../../../../../src/domains/labs/import/reading/loose-json.ts';
import { parseLabYaml } from '../../../../../src/domains/labs/reading/lab-yaml.ts';

/** Deep enough to overflow any stack. */
const DEEP = 20_000;

const problem = { line: 1, message: 'nests deeper than 100 levels' };

await t.test('reports a text that nests too deeply, without ending the process', async (t) => {
  const texts = {
    lists: '- '.repeat(DEEP),
    flow: '{"a":'.repeat(DEEP),
    closed: `a: ${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
    keys: '? '.repeat(DEEP),
    values: 'a: '.repeat(DEEP),
    indented: Array.from({ length: 500 }, (_, place) => `${' '.repeat(place)}a:`).join('\n'),
  };
  for (const [name, text] of Object.entries(texts)) {
    const { data, problems, lineOf } = parseLabYaml(text);
    t.same([data, problems, lineOf(['a', 'b'])], [undefined, [problem], 1], name);
  }
});

await t.test('accepts a hundred levels', async (t) => {
  const { data, problems } = parseLabYaml(`${'{a: '.repeat(100)}1${'}'.repeat(100)}`);
  t.same(problems, []);
  t.match(data, { a: { a: { a: {} } } });
  t.same(parseLabYaml(`${'{a: '.repeat(101)}1${'}'.repeat(101)}`).problems, [problem]);
});

await t.test('accepts a hundred aliases', async (t) => {
  const aliases = (count: number) => `a: &a x\nb: [${'*a, '.repeat(count)}]\nc: [&b y, *b]\n`;
  const { data, problems } = parseLabYaml(aliases(99));
  t.same(problems, []);
  t.match(data, { b: ['x', 'x'], c: ['y', 'y'] });
  t.same(parseLabYaml(aliases(100)).problems, [
    { line: 1, message: 'has more than 100 aliases: repeat the values instead' },
  ]);
});

await t.test('returns the line of a key, also behind an alias', async (t) => {
  const { lineOf } = parseLabYaml('a: &a\n  b: 1\n  c: [1,\n    2]\nd: *a\n');
  t.same(
    [['a', 'b'], ['d', 'c', 1], ['d', 'x'], ['e']].map((path) => lineOf(path)),
    [2, 4, 5, 1],
  );
});

await t.test('does the same for JSON, without line numbers', async (t) => {
  const strict = parseLooseJson(`${'['.repeat(DEEP)}${']'.repeat(DEEP)}`);
  t.same([strict.problems, strict.lineOf([0, 0])], [[], 1]);
  t.same(parseLooseJson('{"a":'.repeat(DEEP)).problems, [problem]);
});
