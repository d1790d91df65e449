import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'tap';
import { PROCESS_SPACE } from '../../../src/infra/leases/process-owner.ts';
import { sweepWorkFolders, withWorkFolder } from '../../../src/core/work-folder.ts';
import { emptyFolder } from '../../kit/labs/git-repository.ts';

/** The id of a user without privileges. */
const NOBODY = 65_534;

const sweep = (root: string) =>
  sweepWorkFolders(
    (_path, error) => {
      throw error;
    },
    { root },
  );

await test('work has its own folder, which is removed when it ends or fails', async (t) => {
  const root = await emptyFolder(t);
  const listed = await withWorkFolder(
    async (folder) => {
      await writeFile(join(folder, 'a'), 'x');
      return readdir(root);
    },
    { root },
  );
  t.equal(listed.length, 1);
  const failing = withWorkFolder(() => Promise.reject(new Error('It failed.')), { root });
  await t.rejects(failing, { message: 'It failed.' });
  t.same(await readdir(root), []);
});

await test('removes only what a killed process left behind', async (t) => {
  const root = await emptyFolder(t);
  const script = `import { withWorkFolder } from ${JSON.stringify(import.meta.resolve('../../../src/core/work-folder.ts'))};
    import { mkdirSync } from 'node:fs';
    await withWorkFolder((folder) => {
      mkdirSync(folder + '/deep/er', { recursive: true });
      console.log(folder);
      return new Promise((resolve) => setTimeout(resolve, 600_000));
    }, { root: ${JSON.stringify(root)} });`;
  const child = spawn(process.execPath, [...process.execArgv, '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface(child.stdout), 'line');
  const [left = ''] = await readdir(root);
  t.equal(await sweep(root), 0, 'the process runs');
  child.kill('SIGKILL');
  await once(child, 'exit');

  const elsewhere = left.replace(/[^-]*\./, `${Buffer.from('another space/1/run/x').toString('base64url')}.`);
  const old = `${elsewhere}old`;
  for (const name of [elsewhere, old, 'berth-works', 'other']) await mkdir(join(root, name));
  const longAgo = new Date(Date.now() - 49 * 60 * 60_000);
  await utimes(join(root, old), longAgo, longAgo);
  await symlink(join(root, 'other'), join(root, `${left}link`));
  await withWorkFolder(
    async () => {
      t.equal(await sweep(root), 2);
      t.equal((await readdir(root)).length, 5, 'our own, recent ones of other hosts, and other folders');
    },
    { root },
  );
  t.same((await readdir(root)).toSorted(), [`${left}link`, elsewhere, 'berth-works', 'other'].toSorted());
});

await test('removes an old folder despite a process with its number, and continues after a failed removal', async (t) => {
  const root = await emptyFolder(t);
  await chmod(root, 0o777);
  const owner = Buffer.from(`${PROCESS_SPACE}/${process.ppid}/earlier/x`).toString('base64url');
  const [stuck, old, young] = ['a', 'b', 'c'].map((end) => join(root, `berth-work-${owner}.${end}`));
  for (const path of [stuck, old, young]) await mkdir(path ?? '');
  await writeFile(join(stuck ?? '', 'file'), 'x');
  await chmod(stuck ?? '', 0o555);
  const longAgo = new Date(Date.now() - 49 * 60 * 60_000);
  for (const path of [stuck, old]) await utimes(path ?? '', longAgo, longAgo);
  const failed: string[] = [];
  // Root can remove anything.
  if (process.getuid?.() === 0) process.seteuid?.(NOBODY);
  try {
    t.equal(await sweepWorkFolders((path) => failed.push(path), { root }), 1);
  } finally {
    if (process.getuid?.() === 0) process.seteuid?.(0);
  }
  t.same(failed, [stuck]);
  t.same((await readdir(root)).map((name) => join(root, name)).toSorted(), [stuck, young]);
  await chmod(stuck ?? '', 0o755);
});
