import { test } from 'tap';
import { serializeScreen } from '../../../../../src/domains/terminals/snapshots/serialize-screen.ts';
import { createModeWatch } from '../../../../../src/domains/terminals/snapshots/mode-watch.ts';
import { type DrawnScreen, drawnScreen } from '../../../../kit/terminals/drawn-screen.ts';
import { randomOutput } from '../../../../kit/terminals/random-output.ts';
import { seededRandom } from '../../../../kit/fuzz/random.ts';

const SIZE = { rows: 6, cols: 30 };

function left(...pieces: string[]): string {
  const watch = createModeWatch();
  for (const piece of pieces) watch.read(Buffer.from(piece));
  return watch.sequences().toString().replaceAll('\x1b', '^');
}

/** Without modes that only matter within one drawing. */
function watched({ type, hidden, mouse, modes }: DrawnScreen) {
  const drawing = { insertMode: false, originMode: false, reverseWraparoundMode: false };
  return { type, hidden, mouse, modes: { ...modes, ...drawing } };
}

await test('modes keep their last switch, one of each kind', (t) => {
  t.equal(left('text \x1b[1mbold'), '');
  t.equal(left('\x1b[?1049h\x1b[?1;2004h'), '^[?1049h^[?1h^[?2004h');
  t.equal(left('\x1b[?25l\x1b[?7l\x1b[?25h'), '^[?7l');
  t.equal(left('\x1b[?1000h\x1b[?1003h\x1b[?1006h'), '^[?1003h^[?1006h');
  t.equal(left('\x1b[?1003h\x1b[?1000l\x1b[?1049h\x1b[?47l'), '');
  t.equal(left('\x1b='), '^[?66h');
  t.equal(left('\x1b=\x1b>'), '');
  t.equal(left('\x1b[?1049h\x1b[?1h\x1bc'), '');
  t.equal(left('\x1b[?1049h\x1b[?1h\x1b[!p'), '^[?1049h');
  t.end();
});

await test('pieces may be split anywhere', (t) => {
  const whole = 'a\x1b[?1049;1h\x1b[?25l\x1b[31mb\x1b=\x1b[?2004hc\x1b]2;title\x07\x1b[?1l';
  for (let length = 1; length <= whole.length; length++) {
    const pieces = whole.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [];
    t.equal(left(...pieces), left(whole), `pieces of ${length}`);
  }
  t.equal(left('\x1b[?1', 'x'.repeat(100), '049h'), '', 'an invalid sequence is ignored');
  t.end();
});

await test('an editor whose start is no longer buffered keeps its screen, mouse and keys', async (t) => {
  const watch = createModeWatch();
  watch.read(Buffer.from('$ vim\r\n\x1b[?1049h\x1b[?1h\x1b=\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?25lmuch'));
  const output = Buffer.from('\n\x1b[2J\x1b[Hline\x1b[3;4H');
  const screen = await drawnScreen(await serializeScreen(output, SIZE, watch.sequences()), SIZE);
  t.equal(screen.type, 'alternate');
  t.match(screen.modes, { mouseTrackingMode: 'drag', bracketedPasteMode: true, applicationKeypadMode: true });
  t.equal(screen.mouse, 'SGR');
  t.ok(screen.hidden);
  t.match(screen.alternate[0], 'line');
});

await test('the modes match those of a terminal that saw all output (random output)', async (t) => {
  for (let seed = 1; seed <= 150; seed++) {
    const random = seededRandom(seed);
    const output = randomOutput(random, { ...SIZE, pieces: 200 });
    const watch = createModeWatch();
    const bytes = Buffer.from(output);
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + Math.floor(random() * 40);
      watch.read(bytes.subarray(at, end));
      at = end;
    }
    const seen = await drawnScreen(output, SIZE);
    const reported = await drawnScreen(watch.sequences(), SIZE);
    t.same(watched(reported), watched(seen), `seed ${seed}`);
  }
});
