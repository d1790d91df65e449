import { spawnSync } from 'node:child_process';
import t from 'tap';
import { TAP } from '../../kit/runner/machine/tap.ts';

await t.test('each file has a line, and failures are repeated at the end', async (t) => {
  const files = ['test/fixtures/what-tests-load.ts', 'test/fixtures/what-fails.ts'];
  // As in a terminal: the environment of a test identifies it to tap.
  const { status, stdout, stderr } = spawnSync('env', ['-i', process.execPath, ...TAP, ...files], {
    encoding: 'utf8',
  });
  t.equal(status, 1);
  t.match(stdout, /^✔ test\/fixtures\/what-tests-load\.ts  \d+\.\d s, 3 passed$/m);
  const failure =
    /^✖ (test\/fixtures\/what-fails\.ts)  \d+\.\d s, 1 of 2 failed\n  ✖ \1 > outer > inner\n(?: {6}.*\n)*? {8}- +"found": "pears",$/gm;
  t.equal(stdout.match(failure)?.length, 2, stdout);
  t.match(
    stdout,
    /^1 files passed, 1 failed, after \d+\.\d s\n4 assertions passed, 1 failed, 0 left out\n$/m,
  );
  t.match(stderr, 'test/fixtures/what-fails.ts: to its output\n');
  t.match(stderr, 'test/fixtures/what-fails.ts: to its errors\n');
});
