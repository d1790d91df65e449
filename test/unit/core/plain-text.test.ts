import t from 'tap';
import { cutText, lastLine, lastLines, textOf, withoutEscapes } from '../../../src/core/plain-text.ts';
import { superlinear } from '../../kit/fuzz/linear-time.ts';

await t.test('bytes become text that a database can store', async (t) => {
  t.equal(textOf(Buffer.from('a\0b\0')), 'ab');
  t.equal(textOf(Buffer.from([0x61, 0xff, 0xc3])), 'a\uFFFD\uFFFD');
});

await t.test('a long text is truncated between characters, with a note', async (t) => {
  t.equal(cutText('short', 5), 'short');
  t.equal(cutText('12345678', 5), '12345\n[3 more bytes were left out]');
  t.equal(cutText('aéé', 4), 'aé\n[2 more bytes were left out]');
  t.equal(cutText('😀😀', 7), '😀\n[4 more bytes were left out]');
});

await t.test('finds the last line with content', async (t) => {
  t.equal(lastLine('one\ntwo\n\n  \n', 100), 'two');
  t.equal(lastLine('10 %\r20 %\rdone\r\n', 100), 'done');
  t.equal(lastLine('\n \t\n', 100), undefined);
  t.equal(lastLine('', 100), undefined);
});

await t.test('a message contains nothing that a terminal or a browser would interpret', async (t) => {
  t.equal(lastLine('\u001B[31mred\u001B[0m \u001B]0;title\u0007end', 100), 'red end');
  t.equal(lastLine('a\u0007b\u009Cc', 100), 'a b c');
  t.equal(lastLine('safe \u202Egnp.exe', 100), 'safe gnp.exe');
});

await t.test('a message is truncated between characters', async (t) => {
  t.equal(lastLine('x'.repeat(600), 500), `${'x'.repeat(499)}…`);
  t.equal(lastLine('😀'.repeat(6), 5), '😀😀😀😀…');
});

await t.test('finds several last lines in order, each with a limited length', async (t) => {
  t.same(lastLines('one\n\ntwo\u0007\nthree three\n', { lines: 2, limit: 6 }), ['two', 'three…']);
  t.same(lastLines('', { lines: 2, limit: 6 }), []);
});

await t.test('escape sequences of every kind are removed, and what surrounds them stays', async (t) => {
  const sequences = [
    '\u001B[1;31m',
    '\u001B[?2004h',
    '\u001B[2 q',
    '\u009B31m',
    '\u001B]0;title\u0007',
    '\u001B]8;;https://a.example/\u001B\\',
    '\u001BPq#0\u001B\\',
    '\u001B(B',
    '\u001B7',
    '\u001B=',
    '\u001Bc',
  ];
  for (const sequence of sequences)
    t.equal(withoutEscapes(`가${sequence}b`), '가b', JSON.stringify(sequence));
  t.equal(withoutEscapes('a [1m b'), 'a [1m b');
});

await t.test('escape sequences that never end are read in linear time', async (t) => {
  const shapes = [
    ';?',
    ';#',
    '?;',
    '\u001B',
    '\u001B]',
    '\u001B[',
    '\u001B[;',
    '\u009B1',
    '\u001B]0;a',
    '\u001B(',
    ' ',
  ];
  for (const shape of shapes) {
    const read = (length: number) => withoutEscapes(`\u001B${shape.repeat(length / shape.length)}`);
    t.equal(superlinear(read), undefined, JSON.stringify(shape));
  }
});

await t.test('only the end of a long text is searched for lines', async (t) => {
  t.equal(lastLine(`first${'\n'.repeat(1_000_000)}`, 100), undefined);
  t.equal(lastLine(`${'x\n'.repeat(1_000_000)}last`, 100), 'last');
  for (const before of ['', 'x'])
    t.equal(lastLine(`${'😀'.repeat(40_000)}${before}`, 2), '😀…', 'no half of a character');
});
