import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { TYPESCRIPT } from '../../kit/service/typescript.ts';

/** Runs these files as tests. */
async function runTests(...names: string[]) {
  const files = names.map((name) => `test/fixtures/${name}.ts`);
  // As in a terminal: the environment of a test identifies it to tap.
  const command = ['-i', process.execPath, TYPESCRIPT, 'test/kit/runner/unit.ts', ...files];
  const child = spawn('env', command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { status, stdout, stderr };
}

// At the same time, because both mostly wait for time limits.
t.jobs = 2;

const all = t.test('runs files, many in each process, and reports each one', async (t) => {
  const failing = ['what-fails', 'what-hangs', 'what-exits', 'what-fails-after-a-suite'];
  const { status, stdout, stderr } = await runTests(...failing, 'what-passes', 'what-uses-a-suite');
  t.equal(status, 1);

  t.match(stdout, /^✔ test\/fixtures\/what-passes\.ts  \d+\.\d s, 2 passed$/m);
  const failure =
    /^✖ test\/fixtures\/what-fails\.ts  \d+\.\d s, 1 of 2 failed\n  ✖ .*> outer > inner\n(?: {6}.*\n)*? {8}- +"found": "pears",$/gm;
  t.equal(stdout.match(failure)?.length, 2, `a failure is reported at once and at the end: ${stdout}`);
  t.match(stderr, 'test/fixtures/what-fails.ts: to its output\n');
  t.match(stderr, 'test/fixtures/what-fails.ts: to its errors\n');

  const slow = /^✖ test\/fixtures\/what-hangs\.ts  \d+\.\d s, 1 of 2 failed\n  ✖ .*> waits > timeout!$/m;
  t.match(stdout, slow, 'a file that takes too long fails');
  const exited = /^✖ test\/fixtures\/what-exits\.ts\n  Its process ended with 3\.$/m;
  t.match(stdout, exited, 'a file that ends its process fails');

  t.match(stdout, /^✔ test\/fixtures\/what-uses-a-suite\.ts  \d+\.\d s, 1 passed$/m);
  const own = /^✖ test\/fixtures\/what-fails-after-a-suite\.ts  \d+\.\d s, 1 of 2 failed$/m;
  t.match(stdout, own, 'the tests of a suite count for the file that runs it');

  t.match(
    stdout,
    /^2 files passed, 4 failed, after \d+\.\d s\n6 assertions passed, 4 failed, 0 left out\n$/m,
  );
});

const open = t.test('a test that leaves something open fails', async (t) => {
  const { status, stdout, stderr } = await runTests('what-stays-open');
  t.equal(status, 1);
  t.match(stderr, /A test left open: .*TCPServerWrap/);
  t.match(stdout, /^✖ after the last file\n/m);
});
await Promise.all([all, open]);
