import { test } from 'tap';
import { serializeScreen } from '../../../../../src/domains/terminals/snapshots/serialize-screen.ts';
import { drawnScreen } from '../../../../kit/terminals/drawn-screen.ts';

const SIZE = { rows: 24, cols: 80 };

/** A snapshot without its own control characters. */
function withoutOwnControls(text: string): string {
  return ['\x1b', '\r', '\n', '\x0e'].reduce((rest, control) => rest.replaceAll(control, ''), text);
}

await test('a snapshot cannot make a terminal answer or copy', async (t) => {
  const queries = [
    '\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[?6n\x1b[?2004$p\x1b[18t\x1b[21t\x1b[x',
    '\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x1b\\\x1b]12;?\x07\x1b]52;c;c2VjcmV0\x07\x1b]52;c;?\x07',
    '\x1bP$qm\x1b\\\x1bP+q544e\x1b\\\x05\u009bc',
    '\x1b]2;\x1b[c\x07\x1b]2;a\u009bcb\x07\x1b]8;;https://a.example/\u009bc\x07link\x1b]8;;\x07',
    'text \u0085\u0090\u009d52;c;eA==\u009c end',
  ];
  const output = Buffer.from(`\n${queries.join('')}`);
  t.not((await drawnScreen(output, SIZE)).answers.length, 0, 'a terminal does answer the output');
  const snapshot = await serializeScreen(output, SIZE);
  t.same((await drawnScreen(snapshot, SIZE)).answers, []);
  const text = snapshot.toString();
  t.match(text, 'text');
  const sequences = text.split('\x1b').slice(1);
  t.notMatch(sequences.join('\n'), /^(?:\](?!2;|8;)|[P_^X]|\[[>=?]?[\d;]*[cnx])/m);
  t.notMatch(withoutOwnControls(text), /\p{Cc}/u);
});

await test('random bytes are drawn without replacement characters for nothing', async (t) => {
  let state = 1;
  const bytes = Buffer.alloc(300_000).map(() => (state = (state * 16_807) % 2_147_483_647) & 0xff);
  const snapshot = await serializeScreen(Buffer.from(bytes), SIZE);
  t.same((await drawnScreen(snapshot, SIZE)).answers, []);
  // The last character may be incomplete.
  t.notMatch(withoutOwnControls(snapshot.toString().slice(0, -4)), /\ufffd|\p{Cc}/u);
});

await test('the largest screen with colours everywhere, thousands of marks and repeats stays within limits', async (t) => {
  const size = { rows: 500, cols: 1_000 };
  const marks = `e${'\u0301'.repeat(100_000)}\x1b[2000000000b\x1b[999b`;
  const colours = Array.from({ length: 60_000 }, (_, at) => `\x1b[4${at % 8}m\x1b[3${(at + 1) % 8}mx`).join(
    '',
  );
  const snapshot = await serializeScreen(Buffer.from(`\n${marks}\x1b[41m\x1b[2J${colours}`), size);
  t.ok(snapshot.length < 8 * 1024 * 1024, `${snapshot.length} bytes`);
});

await test('a letter with endless marks is drawn without them, and a title up to a readable length', async (t) => {
  const output = Buffer.from(`\ne${'\u0301'.repeat(100_000)}z\x1b]2;x${'😀'.repeat(1_000)}\x07`);
  const snapshot = await serializeScreen(output, SIZE);
  t.ok(snapshot.length < 2_000, `${snapshot.length} bytes`);
  const { normal, title } = await drawnScreen(snapshot, SIZE);
  t.match(normal[0], /^ ez +$/);
  t.match(title, /^x(?:😀){249}$/u);
});

await test('lines above are omitted if the snapshot would be too large', async (t) => {
  const size = { rows: 2, cols: 500 };
  const line = Array.from({ length: 500 }, (_, at) => `\x1b[38;2;1;2;${at % 250}mx`).join('');
  const { normal } = await drawnScreen(
    await serializeScreen(Buffer.from(`\n${`${line}\r\n`.repeat(600)}`), size),
    size,
  );
  t.equal(normal.length, size.rows);
});

await test('erasing from the corner of the screen, at which xterm.js throws, erases it', async (t) => {
  const snapshot = await serializeScreen(Buffer.from('\ntext\x1b[24;80H\x1b[1J'), SIZE);
  const screen = await drawnScreen(snapshot, SIZE);
  t.same(screen.cursor, [79, 23]);
  t.notMatch(screen.normal.join(''), 'text');
});
