import { test } from 'tap';
import { serializeScreen } from '../../../../../src/domains/terminals/snapshots/serialize-screen.ts';
import { createModeWatch } from '../../../../../src/domains/terminals/snapshots/mode-watch.ts';

function left(...pieces: string[]): string {
  const watch = createModeWatch();
  for (const piece of pieces) watch.read(Buffer.from(piece));
  return watch.sequences().toString().replaceAll('\x1b', '^');
}

await test('the last title stays', (t) => {
  t.equal(left('plain \x1b[1mtext \x1b]8;;http://x/\x07'), '');
  t.equal(left('\x1b]0;one\x07 \x1b]2;제목\x1b\\ \x1b]4;1;red\x07'), '^]2;제목^\\');
  t.equal(left('\x1b]2;one\x07\x1b]2;\x07'), '', 'it can be removed');
  t.equal(left('\x1b]2;one\x07\x1b]2;two\x18three\x07'), '^]2;one^\\', 'an aborted sequence sets none');
  t.equal(
    left(`\x1b]2;one\x07\x1b]2;${'x'.repeat(100_000)}`, 'x\x07'),
    '^]2;one^\\',
    'an unfinished one sets none',
  );
  t.equal(left(`\x1b]2;${'x'.repeat(1_024)}\x07`).length, 1_024 + 6, 'the longest');
  t.equal(left('\x1b]2;one\x07', `\x1b]2;${'x'.repeat(1_000)}`, `${'x'.repeat(25)}\x07`), '^]2;one^\\');
  t.equal(left('\x1b]2;one', '\x1b', '\\', '\x1b]2;two\x1b', '[1m'), '^]2;one^\\');
  t.equal(left('\x1b]2;one', '\x1b\\\x1b]2;two', '\x07\x1b]2;th', 'ree'), '^]2;two^\\');
  t.end();
});

await test('pieces may be split anywhere', (t) => {
  const all = 'a\x1b]0;one\x1b\\b\x1b\x1b]2;두 번째\x07\x1b]2;broken\x1b]2;last\x1b\\\x1b[1mc';
  for (let length = 1; length <= all.length; length++) {
    const pieces = all.match(new RegExp(`[^]{1,${length}}`, 'gu')) ?? [];
    t.equal(left(...pieces), '^]2;last^\\', `pieces of ${length}`);
  }
  t.end();
});

await test('a screen is drawn with a title from before the buffered output', async (t) => {
  const watch = createModeWatch();
  watch.read(Buffer.from('$ vim\r\n\x1b]2;notes.txt\x07\x1b[?1049hmuch'));
  const drawn = await serializeScreen(
    Buffer.from('\n\x1b[2J\x1b[Hline'),
    { rows: 6, cols: 30 },
    watch.sequences(),
  );
  t.match(drawn.toString(), '\x1b]2;notes.txt\x1b\\');
});
