import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { TAP } from '../../kit/runner/machine/tap.ts';

await t.test('tap loads nothing into tests that do not need it', async (t) => {
  const args = [...TAP, '--reporter=tap', 'test/fixtures/what-tests-load.ts'];
  // As in a terminal: the environment of a test identifies it to tap.
  const { stdout } = await promisify(execFile)('env', ['-i', process.execPath, ...args]);
  t.match(stdout, /\{ total: 3, pass: 3 \}/);
});
