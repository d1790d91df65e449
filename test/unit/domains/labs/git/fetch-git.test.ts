import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { fetchGit, remoteCommit } from '../../../../../src/domains/labs/git/fetch-git.ts';
import { emptyFolder, gitRepository } from '../../../../kit/labs/git-repository.ts';

const protocols = ['file'] as const;

await t.test('a branch, a tag and a commit are fetched without history', async (t) => {
  const repository = await gitRepository(t);
  const first = await repository.commit({ 'a.txt': 'one' });
  await repository.git('tag', '--annotate', '--message=first', 'v1');
  const second = await repository.commit({ 'a.txt': 'two', 'b/c.txt': 'c' });
  const address = repository.path;
  for (const [ref, commit, text] of [
    [undefined, second, 'two'],
    ['main', second, 'two'],
    ['v1', first, 'one'],
    [first, first, 'one'],
  ] as const) {
    const into = await emptyFolder(t);
    t.same(await fetchGit({ address: `file://${address}`, ref, into, protocols }), { commit }, String(ref));
    t.equal(await readFile(join(into, 'a.txt'), 'utf8'), text);
    t.equal(await remoteCommit({ address, ref, protocols }), commit, String(ref));
  }
});

await t.test(
  'hooks and templates of this machine do not run, and the address is written nowhere',
  async (t) => {
    const repository = await gitRepository(t);
    await repository.commit({ 'a.txt': 'one' });
    const home = await emptyFolder(t);
    const mark = join(home, 'ran');
    await writeFile(join(home, 'post-checkout'), `#!/bin/sh\ntouch ${mark}\n`);
    await chmod(join(home, 'post-checkout'), 0o755);
    await writeFile(join(home, '.gitconfig'), `[core]\n\thooksPath = ${home}\n\tautocrlf = true\n`);
    const before = process.env['HOME'];
    t.teardown(() => (process.env['HOME'] = before));
    process.env['HOME'] = home;
    const into = await emptyFolder(t);
    await fetchGit({ address: repository.path, into, protocols });
    t.same((await readdir(home)).toSorted(), ['.gitconfig', 'post-checkout']);
    t.notMatch(await readFile(join(into, '.git', 'config'), 'utf8'), repository.path);
    t.notOk((await readdir(join(into, '.git'))).includes('FETCH_HEAD'));
  },
);

await t.test("reports git's message for a missing repository or ref", async (t) => {
  const repository = await gitRepository(t);
  await repository.commit({ 'a.txt': 'one' });
  const into = await emptyFolder(t);
  await t.rejects(fetchGit({ address: '/nowhere/at/all', into, protocols }), {
    code: 'GIT_FAILED',
    message:
      /Could not fetch the Git repository "\/nowhere\/at\/all": .*does not appear to be a git repository/,
  });
  const address = repository.path;
  await t.rejects(fetchGit({ address, ref: 'gone', into: await emptyFolder(t), protocols }), {
    message: /couldn't find remote ref gone/,
  });
  await t.rejects(remoteCommit({ address, ref: 'gone', protocols }), {
    message: /has no branch or tag "gone"/,
  });
  await t.rejects(fetchGit({ address: 'file:///a', into: await emptyFolder(t) }), { code: 'INPUT_INVALID' });
});

await t.test('rejects too many or too large files before writing any', async (t) => {
  const repository = await gitRepository(t);
  await repository.commit({ 'a.txt': 'x'.repeat(4_000), 'b.txt': 'y' });
  const address = repository.path;
  for (const [limits, message] of [
    [{ files: 1 }, /has more than 1 files/],
    [{ bytes: 4_000 }, /is larger than .* MiB/],
  ] as const) {
    const into = await emptyFolder(t);
    await t.rejects(fetchGit({ address, into, protocols, limits }), { code: 'GIT_FAILED', message });
    t.same(await readdir(into), ['.git']);
  }
});

await t.test('rejects a few objects that name millions of files', async (t) => {
  const repository = await gitRepository(t);
  await repository.commit({ 'a.txt': 'x' });
  let tree = await repository.git('rev-parse', 'HEAD^{tree}');
  for (let level = 0; level < 8; level += 1) {
    const lines = Array.from({ length: 10 }, (_, place) => `040000 tree ${tree}\t${place}`);
    await writeFile(join(repository.path, 'lines'), `${lines.join('\n')}\n`);
    tree = await repository.git('-c', 'alias.mk=!git mktree < lines', 'mk');
  }
  const commit = await repository.git('commit-tree', '-m', 'bomb', tree);
  await repository.git('update-ref', 'refs/heads/bomb', commit);
  const into = await emptyFolder(t);
  await t.rejects(fetchGit({ address: repository.path, ref: 'bomb', into, protocols }), {
    message: /has more than 50000 files/,
  });
});

await t.test('limits the transferred bytes during the transfer', async (t) => {
  const repository = await gitRepository(t);
  // Random data, which cannot be compressed.
  const noise = randomBytes(3_000_000).toString('latin1');
  await repository.commit({ 'a.bin': noise });
  const limits = { bytes: 1_000_000 };
  await t.rejects(fetchGit({ address: repository.path, into: await emptyFolder(t), protocols, limits }), {
    code: 'GIT_FAILED',
    message: /larger than .* MiB/,
  });
});

await t.test('a silent server times out, and the caller can abort earlier', async (t) => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}/a.git`;
  await t.rejects(fetchGit({ address, into: await emptyFolder(t), limits: { seconds: 1 } }), {
    code: 'GIT_FAILED',
    message: /took longer than 1 s/,
  });
  const leaving = AbortSignal.timeout(200);
  await t.rejects(fetchGit({ address, into: await emptyFolder(t), signal: leaving }), {
    name: 'TimeoutError',
  });
});
