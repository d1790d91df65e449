import { test } from 'tap';
import { serializeScreen } from '../../../../../src/domains/terminals/snapshots/serialize-screen.ts';
import { fromSafeBoundary } from '../../../../../src/domains/terminals/snapshots/sequence-boundaries.ts';
import { drawnScreen } from '../../../../kit/terminals/drawn-screen.ts';

const SIZE = { rows: 3, cols: 20 };

async function shown(...parts: (string | Uint8Array)[]): Promise<string[]> {
  const output = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const { normal, alternate } = await drawnScreen(await serializeScreen(output, SIZE), SIZE);
  return [...normal, ...alternate].map((line) => line.trim()).filter((line) => line !== '');
}

await test('output that starts within a sequence is drawn from a safe position', async (t) => {
  t.same(await shown('1;31mred\r\n$ ls'), ['$ ls'], 'after the first line feed');
  t.same(await shown('38;5;9m half \x1b[2;1Hwhole'), ['whole'], 'at the first sequence');
  t.same(await shown(Buffer.from('한글').subarray(1)), ['글'], 'after the rest of a character');
  t.same(await shown('only text'), ['only text']);
  t.same(await shown(''), []);
});

await test('only a line feed near the start counts, so not all output is skipped', (t) => {
  const far = Buffer.from(`\x1b[mx${'y'.repeat(5_000)}\nz`);
  t.equal(fromSafeBoundary(far).length, far.length);
  t.end();
});

await test('the rest of a sequence or character after the snapshot is not printed as text', async (t) => {
  const cases = [
    ['\x1b', '[31mA'],
    ['\x1b[3', '1mA'],
    ['\x1b[?25', 'lA'],
    ['\x1b]2;ti', 'tle\x07A'],
    ['\x1b]52;c;c2Vj', 'cmV0\x07A'],
    [`\x1b]1337;File=:${'QUJD'.repeat(3_000)}`, 'QUJD\x1b\\A'],
    ['\x1bP1$r', '0m\x1b\\A'],
    ['\x1b_Gf=100;AA', 'AA\x1b\\A'],
    [`\x1b[${'1;'.repeat(500)}`, '1mA'],
    ['\xc2\x9b3', '1mA'],
    ['\xea\xb0', '\x80'],
  ] as const;
  for (const [before, after] of cases) {
    const snapshot = await serializeScreen(Buffer.from(`\n${before}`, 'latin1'), SIZE);
    const { normal, answers } = await drawnScreen(
      Buffer.concat([snapshot, Buffer.from(after, 'latin1')]),
      SIZE,
    );
    const name = `${before.slice(0, 20)} | ${after}`;
    t.match(normal[0], /^ (?:\{.*\})?[A가](?:\{\})? +$/, JSON.stringify(name));
    t.same(answers, []);
    t.notMatch(snapshot.toString('latin1'), '\x1b]52');
  }
});

await test('output that starts on the alternate screen does not stay on the normal one', async (t) => {
  const left = '\r\n\x1b[1;1Hold drawing\x1b[?2004;1049l$ ls';
  t.same(await shown(left), ['$ ls']);
  t.same(await shown('\r\nshown\r\n\x1b[?1049hedit'), ['shown', 'edit'], 'it was entered before the buffer');
});
