import { spawnSync } from 'node:child_process';
import t from 'tap';
import { TYPESCRIPT } from '../../kit/service/typescript.ts';

const fixture = (name: string) => `test/fixtures/${name}.ts`;

/** Runs these files as unit tests. */
function runUnits(...names: string[]) {
  const args = [TYPESCRIPT, 'test/kit/runner/unit/run.ts', ...names.map(fixture)];
  // As in a terminal: the environment of a test identifies it to tap.
  return spawnSync('env', ['-i', process.execPath, ...args], { encoding: 'utf8' });
}

await t.test('files of one process are reported and counted separately', async (t) => {
  const { status, stdout } = runUnits('what-passes', 'what-fails');
  t.equal(status, 1);
  t.match(stdout, /^✔ test\/fixtures\/what-passes\.ts  \d+\.\d s, 2 passed$/m);
  const failure = /^✖ test\/fixtures\/what-fails\.ts  \d+\.\d s, 1 of 2 failed\n  ✖ .*> outer > inner$/gm;
  t.equal(stdout.match(failure)?.length, 2, stdout);
  t.match(
    stdout,
    /^1 files passed, 1 failed, after \d+\.\d s\n3 assertions passed, 1 failed, 0 left out\n$/m,
  );
});

await t.test('a file that ends its process fails, and the others still run', async (t) => {
  const { status, stdout } = runUnits('what-exits', 'what-passes');
  t.equal(status, 1);
  t.match(stdout, /^✖ test\/fixtures\/what-exits\.ts\n  Its process ended with 3\.$/m);
  t.match(stdout, /^1 files passed, 1 failed/m);
});

await t.test('a test that leaves something open fails', async (t) => {
  const { status, stdout, stderr } = runUnits('what-stays-open');
  t.equal(status, 1);
  t.match(stderr, /A test left open: .*TCPServerWrap/);
  t.match(stdout, /^✖ after the last file\n/m);
});
