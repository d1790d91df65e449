import { test } from 'tap';
import { serializeScreen } from '../../../../../src/domains/terminals/snapshots/serialize-screen.ts';
import { drawnScreen } from '../../../../kit/terminals/drawn-screen.ts';
import { randomOutput } from '../../../../kit/terminals/random-output.ts';
import { seededRandom } from '../../../../kit/fuzz/random.ts';

const ESC = '\x1b';
const CSI = `${ESC}[`;
const SIZE = { rows: 8, cols: 24 };

/** What a terminal shows after the snapshot only; `output` starts at a safe position. */
async function redrawn(output: string, size = SIZE) {
  return drawnScreen(await serializeScreen(Buffer.from(`\n${output}`), size), size);
}

/** What an editor draws: alternate screen, title, modes, colours, wide characters, a scroll region. */
const editor = [
  `$ vim 메모.txt\r\n${CSI}?1049h${CSI}22;0;0t${ESC}]2;메모.txt - VIM${ESC}\\${CSI}?1h${ESC}=${CSI}?2004h`,
  `${CSI}?1000h${CSI}?1002h${CSI}?1006h${CSI}?1004h${CSI}2;7r${CSI}2J${CSI}1;1H`,
  `${CSI}1;7m ${CSI}38;5;208m메모.txt${CSI}39m ${CSI}K${CSI}m`,
  `${CSI}2;1H${CSI}38;2;10;20;30;48;2;200;210;220m가나다라마바사아자차카타${CSI}m`,
  `${CSI}3;1H${CSI}44m${CSI}K${CSI}3;5H${CSI}4:3;58;5;9m안녕${CSI}m ${CSI}9m지움${CSI}m`,
  `${CSI}4;23H한글${CSI}5;10H${CSI}2mx${CSI}22;1my${CSI}1;2mz${CSI}m`,
  `${CSI}7;1H\n\n${CSI}8;1H${CSI}7m-- 끼워넣기 --${CSI}m${CSI}6 q${CSI}?25l${CSI}5;9H${CSI}31m`,
].join('');

await test("an editor's screen is restored in each cell, with its modes and the shell behind it", async (t) => {
  const expected = await drawnScreen(editor, SIZE);
  t.equal(expected.type, 'alternate');
  t.equal(expected.title, '메모.txt - VIM');
  t.ok(expected.hidden);
  t.same(await redrawn(editor), expected);
});

await test('leaving the editor after the snapshot returns to the shell as it was', async (t) => {
  const left = `${CSI}?1049l${CSI}?1l${CSI}?2004l${CSI}?25h$ `;
  const snapshot = await serializeScreen(Buffer.from(`\n${editor}`), SIZE);
  const screen = await drawnScreen(snapshot.toString() + left, SIZE);
  t.same(screen, await drawnScreen(`${editor}${left}`, SIZE));
  t.match(screen.normal[0], '$ vim 메모.txt');
});

await test('keeps the newest 1,000 lines above the screen, with their wraps', async (t) => {
  const lines = Array.from(
    { length: 1_500 },
    (_, line) => `${CSI}3${line % 8}m${line} 긴 줄은 다음 줄로 넘어간다${CSI}m`,
  );
  const output = `${lines.join('\r\n')}\r\n$ `;
  const screen = await redrawn(output);
  t.same(screen, await drawnScreen(output, SIZE));
  t.equal(screen.normal.length, 1_000 + SIZE.rows);
  t.ok(screen.normal.some((line) => line.startsWith('↳')));
});

await test('a program that continues after the snapshot finds its cursor, pen and region', async (t) => {
  const cases = {
    'the last column, where the next letter wraps': 'x'.repeat(24),
    'a wide character in the last column': '가'.repeat(12),
    'an emoji in the last column': `${'😀'.repeat(12)}x`,
    'origin mode': `${CSI}3;6r${CSI}?6h${CSI}2;4Hx`,
    'a saved cursor': `${CSI}4;5H${CSI}1;35m${ESC}7${CSI}m${CSI}1;1Hx`,
    'line drawing characters': `${ESC}(0lqqk`,
    'tab stops': `${CSI}3g${CSI}5G${ESC}H${CSI}11G${ESC}H\r`,
    'no wrapping, and insertion': `abc\r${CSI}4h${CSI}?7l`,
    'line feeds that imply a carriage return': `${CSI}20h`,
    'a background colour used by erasing': `${CSI}45m${CSI}2J`,
    'a link': `${ESC}]8;;https://a.example/b${ESC}\\link`,
    'half a wide character': `가나다${CSI}1;2Hx`,
    'the state after a reset': `${CSI}31;44mabc${CSI}?1h${CSI}?25l${ESC}c`,
    nothing: '',
  };
  for (const [name, output] of Object.entries(cases)) {
    const snapshot = await serializeScreen(Buffer.from(`\n${output}`), SIZE);
    for (const next of ['', 'Z', `\tq${ESC}8w\r\n`, `${CSI}1;1Hq`]) {
      const screen = await drawnScreen(snapshot.toString() + next, SIZE);
      t.same(screen, await drawnScreen(`${output}${next}`, SIZE), `${name}, then ${JSON.stringify(next)}`);
    }
  }
});

await test('a snapshot draws the same for any output (random output)', async (t) => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const size = { rows: 1 + Math.floor(random() * 10), cols: 2 + Math.floor(random() * 24) };
    // Certainly on the normal screen: output that first leaves it counts as the other one.
    const output = `${CSI}?47h${CSI}?47l${randomOutput(random, { ...size, pieces: 150 })}`;
    const expected = await drawnScreen(output, size);
    const screen = await redrawn(output, size);
    // Answers to queries are the only thing that must not be repeated.
    t.same(screen, { ...expected, answers: [] }, `seed ${seed}`);
  }
});

await test('output cut anywhere continues after the snapshot without a difference (random output)', async (t) => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const size = { rows: 1 + Math.floor(random() * 10), cols: 2 + Math.floor(random() * 24) };
    const pieces = randomOutput(random, { ...size, pieces: 80, plain: true });
    const output = Buffer.from(`${CSI}?47h${CSI}?47l${pieces}`);
    const cut = Math.floor(output.length * (0.5 + random() / 2));
    const snapshot = await serializeScreen(Buffer.concat([Buffer.from('\n'), output.subarray(0, cut)]), size);
    const screen = await drawnScreen(Buffer.concat([snapshot, output.subarray(cut)]), size);
    t.same(screen, await drawnScreen(output, size), `seed ${seed}, cut at ${cut}`);
  }
});
