import t from 'tap';
import { PATTERN_TEXT_LIMIT, patternFound, patternProblem } from '../../../../src/domains/labs/pattern.ts';

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
];

for (const [name, pattern, reported] of wrong) {
  await t.test(`rejects ${name} with an explanation`, async (t) => {
    t.match(patternProblem(pattern), reported);
  });
}

await t.test('accepts common patterns', async (t) => {
  for (const pattern of [
    '^active \\(running\\)',
    '[0-9a-f]{128}',
    '\\b(?:\\d{1,3}\\.){3}\\d{1,3}\\b',
    '\\p{Hangul}+',
    'a\\{1000}',
  ]) {
    t.equal(patternProblem(pattern), undefined, pattern);
  }
});
