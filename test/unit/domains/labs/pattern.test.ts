import t from 'tap';
import { RE2JS } from 're2js';
import {
  createPatternReader,
  PATTERN_LIMITS,
  PATTERN_TEXT_LIMIT,
  patternFound,
  patternProblem,
} from '../../../../src/domains/labs/pattern.ts';
import { problemsOf } from '../../../kit/labs/lab-of.ts';

await t.test('a pattern matches anywhere, with or without case', async (t) => {
  t.equal(patternFound('\\d+ files?', 'There are 12 files here.'), true);
  t.equal(patternFound('^12', 'There are 12 files here.'), false);
  t.equal(patternFound('(?m)^second$', 'first\nsecond\nthird'), true);
  t.equal(patternFound('hello', 'Hello'), false);
  t.equal(patternFound('hello', 'Hello', { ignoreCase: true }), true);
  t.equal(patternFound('^안녕.$', '안녕!'), true);
});

await t.test('a pattern that would backtrack for hours ends', async (t) => {
  // Backtracking would try 2 to the power of 30,000 ways.
  t.equal(patternFound('^(a+)+$', `${'a'.repeat(30_000)}b`), false);
  t.equal(patternFound('^(a|a)*$', `${'a'.repeat(30_000)}b`), false);
});

await t.test('searches a text up to its limit', async (t) => {
  const far = ' '.repeat(PATTERN_TEXT_LIMIT - 1);
  t.equal(patternFound('x', `${far}x`), true);
  t.equal(patternFound('x', `${far} x`), false);
});

const wrong: [name: string, pattern: string, reported: RegExp][] = [
  ['nothing', '', /^must not be empty$/],
  ['an open bracket', '(a', /^must be a regular expression: missing closing \): `\(a`$/],
  ['a reversed range', '[z-a]', /invalid character class range: `z-a`$/],
  ['a look-ahead', 'a(?=b)', /lookaround and back references are not supported, see https/],
  ['a look-behind', '(?<!a)b', /lookaround and back references are not supported, see https/],
  ['a back reference', '(a)\\1', /lookaround and back references are not supported, see https/],
  ['too many characters', 'x'.repeat(501), /^must have at most 500 characters$/],
  ['many repetitions', 'x{1000}'.repeat(71), /^must be simpler: .* more than 150 steps$/],
  ['nested repetitions', '(a{30}){30}', /^must be simpler: .* more than 150 steps$/],
  ['many Unicode ranges', '(?i)[!-힣]'.repeat(50), /^must have at most 20 Unicode classes and ranges$/],
];

for (const [name, pattern, reported] of wrong) {
  await t.test(`rejects ${name} with an explanation`, async (t) => {
    t.match(patternProblem(pattern), reported);
  });
}

await t.test('a pattern with far too many repetitions is rejected before it is compiled', async (t) => {
  const time = (run: () => unknown) => {
    const started = performance.now();
    run();
    return performance.now() - started;
  };
  for (const pattern of [
    '\\\\{1000}'.repeat(62),
    `(((${'x'.repeat(470)}){10}){10}){9}`,
    '\\Q[\\E(?:a{30}){30}]'.repeat(20),
    `(?:${'a'.repeat(460)}[(]){150}`,
  ]) {
    const compiling = time(() => RE2JS.compile(pattern));
    t.match(patternProblem(pattern), /^must be simpler/);
    // The fastest counts, because other processes slow some down.
    const rejecting = Math.min(...[1, 2, 3, 4, 5].map(() => time(() => patternProblem(pattern))));
    t.ok(rejecting < compiling / 3, `${pattern.slice(0, 20)}: ${rejecting} ms, ${compiling} ms to compile`);
  }
});

await t.test('accepts common patterns', async (t) => {
  for (const pattern of [
    '^active \\(running\\)',
    '[0-9a-f]{128}',
    '\\b(?:\\d{1,3}\\.){3}\\d{1,3}\\b',
    '\\p{Hangul}+',
    'a\\{1000}',
    '[{1000}]',
    '\\x{2014}{3}',
    '(?i)[a-z]{3}(?:[가-힣]{1,3}-){10}',
  ]) {
    t.equal(patternProblem(pattern), undefined, pattern);
  }
});

await t.test('the patterns of a lab are limited in total', async (t) => {
  const { each, lab } = PATTERN_LIMITS;
  const read = createPatternReader();
  const pattern = (at: number) => `${'a'.repeat(100)}${at + 100}`.padEnd(each, '.?').slice(0, each);
  const problems = Array.from({ length: lab / each + 1 }, (_, at) => read(pattern(at)));
  t.same(
    problems.slice(0, -1).filter((problem) => /in total/.test(problem ?? '')),
    [],
  );
  t.equal(problems.at(-1), 'the patterns of this lab have more than 10000 characters in total');
  t.equal(read(pattern(0)), problems[0], 'a known pattern does not count again');
});

await t.test('patterns of quizzes and of texts share the limit of the lab', async (t) => {
  const step = (at: number) => `
  - id: s${at}
    title: a
    instructions: x.md
    checks:
      - quiz: { question: x, match: pattern, answer: ${at}${'x'.repeat(120)} }
      - file: { path: /a, matches: ${at}${'y'.repeat(120)} }`;
  const lab = (count: number) => {
    const steps = Array.from({ length: count }, (_, at) => step(at)).join('');
    return { 'x.md': 'x', 'lab.yaml': `title: a\nmachines: [{ name: main, image: x }]\nsteps:${steps}\n` };
  };
  t.same(await problemsOf(t, lab(30)), []);
  t.match((await problemsOf(t, lab(45)))[0], /the patterns of this lab have more than 10000/);
});
