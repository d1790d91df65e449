import t from 'tap';
import { cutText, lastLine, lastLines, textOf } from '../../../src/core/plain-text.ts';

await t.test('bytes become text that a database keeps', async (t) => {
  t.equal(textOf(Buffer.from('a\0b\0')), 'ab');
  t.equal(textOf(Buffer.from([0x61, 0xff, 0xc3])), 'a\uFFFD\uFFFD');
});

await t.test('a long text is cut between characters, with a note of what is missing', async (t) => {
  t.equal(cutText('short', 5), 'short');
  t.equal(cutText('12345678', 5), '12345\n[3 more bytes were left out]');
  t.equal(cutText('aéé', 4), 'aé\n[2 more bytes were left out]');
  t.equal(cutText('😀😀', 7), '😀\n[4 more bytes were left out]');
});

await t.test('the last line that says something is found', async (t) => {
  t.equal(lastLine('one\ntwo\n\n  \n', 100), 'two');
  t.equal(lastLine('10 %\r20 %\rdone\r\n', 100), 'done');
  t.equal(lastLine('\n \t\n', 100), undefined);
  t.equal(lastLine('', 100), undefined);
});

await t.test('a message holds nothing that a terminal or a browser would act on', async (t) => {
  t.equal(lastLine('\u001B[31mred\u001B[0m \u001B]0;title\u0007end', 100), 'red end');
  t.equal(lastLine('a\u0007b\u009Cc', 100), 'a b c');
  t.equal(lastLine('safe \u202Egnp.exe', 100), 'safe gnp.exe');
});

await t.test('a message is cut between characters', async (t) => {
  t.equal(lastLine('x'.repeat(600), 500), `${'x'.repeat(499)}…`);
  t.equal(lastLine('😀'.repeat(6), 5), '😀😀😀😀…');
});

await t.test('several last lines are found in their order, each of them bounded', async (t) => {
  t.same(lastLines('one\n\ntwo\u0007\nthree three\n', { lines: 2, limit: 6 }), ['two', 'three…']);
  t.same(lastLines('', { lines: 2, limit: 6 }), []);
});
