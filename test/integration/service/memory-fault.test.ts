import { execFileSync } from 'node:child_process';
import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';

await test('a memory fault ends the service immediately with its signal', async (t) => {
  const berth = await startBerth(t);
  // Otherwise its memory would be dumped into the source folder.
  execFileSync('prlimit', ['--pid', String(berth.pid()), '--core=0']);
  t.equal(await berth.kill('SIGSEGV'), 'SIGSEGV');
});
