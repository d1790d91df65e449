import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';

const run = promisify(execFile);

/** A test's own Git repository, removed afterwards. */
export interface GitRepository {
  path: string;
  git(...args: string[]): Promise<string>;
  /** Writes the files and commits them. Returns the commit's id. */
  commit(files: Record<string, string>): Promise<string>;
}

/** Creates an empty repository with the branch `main`. */
export async function gitRepository(t: Test): Promise<GitRepository> {
  const path = await mkdtemp(join(tmpdir(), 'berth-git-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  const identity = [
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.org',
    '-c',
    'commit.gpgsign=false',
  ];
  const git = async (...args: string[]) =>
    (await run('git', [...identity, ...args], { cwd: path })).stdout.trim();
  await git('init', '--quiet', '--initial-branch=main');
  return {
    path,
    git,
    async commit(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(path, name)), { recursive: true });
        await writeFile(join(path, name), text);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--message=A change');
      return git('rev-parse', 'HEAD');
    },
  };
}

/** A test's own empty folder, removed afterwards. */
export async function emptyFolder(t: Test): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'berth-empty-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}
