import t from 'tap';
import { describeProblem, writeKey } from '../../../../src/domains/labs/lab-problem.ts';
import { nearest } from '../../../../src/domains/labs/reading/nearest.ts';
import { parseBytes, parseNumber } from '../../../../src/core/units.ts';

await t.test('suggests the intended word for a typo', async (t) => {
  const known = ['title', 'summary', 'machines', 'steps', 'cpus'];
  t.equal(nearest('titel', known), 'title');
  t.equal(nearest('sumary', known), 'summary');
  t.equal(nearest('cpu', known), 'cpus');
  t.equal(nearest('Machines', known), 'machines');
  t.equal(nearest('colour', known), undefined);
  t.equal(nearest('title', []), undefined);
  t.equal(nearest('x'.repeat(100_000), known), undefined);
});

await t.test('parses sizes with units only', async (t) => {
  t.equal(parseBytes('256 MiB'), 256 * 1024 * 1024);
  t.equal(parseBytes('1.5GB'), 1_500_000_000);
  t.equal(parseBytes('2 gib'), 2 * 1024 ** 3);
  for (const wrong of ['256', 'MiB', '-1 MiB', '1 ib', '1e3 MiB', '1 TiB of it', '']) {
    t.equal(parseBytes(wrong), undefined, wrong);
  }
});

await t.test('a number may be written as text', async (t) => {
  t.equal(parseNumber(0.5), 0.5);
  t.equal(parseNumber('0.5'), 0.5);
  for (const wrong of [NaN, Infinity, '', 'half', '1e9', null, true]) t.equal(parseNumber(wrong), undefined);
});

await t.test('a problem is one line with file, line and key', async (t) => {
  const problem = { lab: 'x', file: 'lab.yaml', line: 12, key: 'steps[1].title', message: 'is missing' };
  t.equal(describeProblem(problem, 'labs/x'), 'labs/x/lab.yaml:12: steps[1].title: is missing');
  const bare = { ...problem, line: undefined, key: undefined };
  t.equal(describeProblem(bare, 'labs/x'), 'labs/x/lab.yaml: is missing');
  t.equal(writeKey([]), '');
  t.equal(writeKey(['steps', 0, 'check', 'script']), 'steps[0].check.script');
});
