import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';

await test('the commands on the page about files work as documented', async (t) => {
  const page = await readFile(new URL('../../../docs/api-files.md', import.meta.url), 'utf8');
  const commands = /```sh\n([^]*?)```/.exec(page)?.[1] ?? '';
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  const session = await learner.start();
  await learner.reach(session, 'READY');
  const folder = t.testdir({ 'notes.txt': 'remember me\n' });
  await mkdir(join(folder, 'project'));
  await writeFile(join(folder, 'project', 'main.c'), 'int main;');
  const env = {
    ...process.env,
    BERTH_TOKEN: berth.adminToken,
    FILES: `${berth.url}/api/v1/sessions/${session}/machines/main/files`,
  };
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', commands], {
    cwd: folder,
    env,
  });
  t.match(stdout, 'remember me\n');
  t.match(stdout, '"name":"notes.txt","kind":"file","size":12,"mode":"0644"');
  t.match(stdout, 'project/main.c\n');
});
