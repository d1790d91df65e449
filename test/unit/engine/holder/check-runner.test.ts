import { copyFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import t, { test } from 'tap';
import { parseAnnouncement } from '../../../../src/engine/docker/exec/shell-leader.ts';
import { fuzzFrames } from '../../../kit/fuzz/fuzz.ts';
import { compileSanitized, startNative } from '../../../kit/engine/native-programs.ts';

/** Number of inputs in one test; BERTH_TEST_FRAMES sets another one. */
const INPUTS = Math.min(2_000, Number(process.env['BERTH_TEST_FRAMES'] ?? 20_000) / 2_000);
const SEED = Number(process.env['BERTH_TEST_SEED'] ?? 1);

const program = await compileSanitized(t, 'check-runner');

async function run(input: string | Buffer, args = ['5', 'sh']) {
  const native = startNative(t, program, args);
  native.child.stdin.end(input);
  return { code: await native.exitCode(), out: native.stdout(), err: native.stderr(), pid: native.child.pid };
}

await test('a check announces itself in the service’s format, and returns its score', async (t) => {
  const { code, out, err, pid } = await run('seal\nword\necho "word 3/5" >&8; echo done; exit 4\n');
  t.equal(code, 4);
  t.match(err, /seal score .*3\/5\n/);
  t.match(err, 'seal ran');
  const announcement = parseAnnouncement(Buffer.from(out, 'latin1'));
  t.match(announcement, { state: 'started', leader: { pid, startTime: /^[1-9]\d+$/ } });
  t.match(out, /\ndone\n$/);
});

await test('an interpreter of up to 16 MiB runs from a copy, and a larger one from its file', async (t) => {
  const shell = join(t.testdir(), 'shell');
  await copyFile('/bin/sh', shell);
  const input = `seal\n\n[ /proc/$$/exe -ef ${shell} ] && echo from its file; exit 0\n`;
  for (const [bytes, isCopied] of [
    [16 * 1024 ** 2, true],
    [16 * 1024 ** 2 + 1, false],
  ] as const) {
    await truncate(shell, bytes);
    const { code, out } = await run(input, ['5', shell]);
    t.equal(code, 0);
    t.equal(out.includes('from its file'), !isCopied);
  }
});

await test('any input is run or refused', async (t) => {
  const seeds = [Buffer.from('seal\nword\necho word 1/2 >&8\n'), Buffer.from('seal\n\nexit 1\n')];
  for (const input of fuzzFrames(seeds, { frames: INPUTS, seed: SEED })) {
    // The script itself is replaced: it would run here, whatever it contains.
    const [seal = '', word = ''] = input.toString('latin1').split('\n');
    const { code } = await run(Buffer.from(`${seal}\n${word}\necho "${word.length}" >&8\n`, 'latin1'));
    t.type(code, 'number');
  }
});
