import { execFileSync } from 'node:child_process';
import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';

await test('a fault of its own memory ends the service at once, by that signal', async (t) => {
  const berth = await startBerth(t);
  // Its memory would else become a file in the folder of the sources.
  execFileSync('prlimit', ['--pid', String(berth.pid()), '--core=0']);
  t.equal(await berth.kill('SIGSEGV'), 'SIGSEGV');
});
