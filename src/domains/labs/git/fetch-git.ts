import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../../core/errors.ts';
import { gitProtocol, withoutSecret } from './git-address.ts';
import type { GitProtocol } from './git-address.ts';
import { runGit } from './git-command.ts';
import { checkGitRef } from './git-ref.ts';
import { withDeadline } from './with-deadline.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest entry of a tree, in characters: its fields and a path. */
const LONGEST_ENTRY = 8_192;

/**
 * Takes what `git ls-tree -r -l -z` prints and throws at the first entry that is one too many: a few
 * kilobytes of repository can name millions of files, and unpack to any size.
 */
function measureTree(limits: {
  files: number;
  bytes: number;
  tooMany: () => Error;
  tooLarge: () => Error;
}): (chunk: Buffer) => void {
  let files = 0;
  let bytes = 0;
  let rest = '';
  return (chunk) => {
    const entries = (rest + chunk.toString('latin1')).split('\0');
    rest = entries.pop() ?? '';
    if (rest.length > LONGEST_ENTRY) throw limits.tooMany();
    for (const entry of entries) {
      files += 1;
      // "100644 blob <id>    123\tpath"; a submodule has "-" for its size.
      bytes += Number(/^\d+ \w+ [0-9a-f]+ +(\d+)\t/.exec(entry)?.[1] ?? 0);
      if (files > limits.files) throw limits.tooMany();
      if (bytes > limits.bytes) throw limits.tooLarge();
    }
  };
}

/** How often a folder that grows is measured, in milliseconds: within it a fast line brings some tens of megabytes. */
const LOOK_EVERY_MS = 200;

/**
 * Looks at `folder` while it grows, and calls `tooLarge` once when what is in it has more than `bytes`,
 * or `failed` when it cannot be measured.
 */
function watchSize(
  folder: string,
  bytes: number,
  on: { tooLarge: () => void; failed: (error: unknown) => void },
): { stop: () => void } {
  const over = new AbortController();
  async function look(): Promise<void> {
    while (!over.signal.aborted) {
      if ((await sizeOf(folder)) > bytes) {
        on.tooLarge();
        return;
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: over.signal, ref: false });
    }
  }
  look().catch((error: unknown) => {
    if (!over.signal.aborted) on.failed(error);
  });
  return { stop: () => over.abort() };
}

/** A folder that went while all were read: the next look sees what there is then. */
function whenGone(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(whenGone);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    // A file that has gone since counts nothing.
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}

/** What a repository of labs may take: far beyond texts and scripts, far below what would harm the machine. */
const GIT_LIMITS = {
  /** Longest time for all of it, in seconds. */
  seconds: 180,
  /** Most bytes that come over the line, and most that the files have. */
  bytes: 512 * 1024 * 1024,
  /** Most files of one commit. */
  files: 50_000,
};

/** Of a fetch that brings one commit and nothing else. */
const ONE_COMMIT = ['--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];

export interface GitFetch {
  /** Address of the repository: https, ssh, or a path where `protocols` has "file". */
  address: string;
  /** Branch, tag or whole commit id; the repository's default branch when absent. */
  ref?: string | undefined;
  /** Folder, new or empty: gets the commit's files, and a `.git`. The caller removes it, after a failure too. */
  into: string;
  protocols?: readonly GitProtocol[];
  limits?: Partial<typeof GIT_LIMITS>;
  signal?: AbortSignal;
}

/**
 * Brings the files of one commit of a git repository into a folder, by git's own client, without
 * history, submodules or large files kept elsewhere. Its links may lead anywhere: readers of the folder must check.
 * @returns the commit's id
 * @throws INPUT_INVALID for an address or ref that is none; GIT_FAILED, with what to do
 */
export async function fetchGit(fetch: GitFetch): Promise<{ commit: string }> {
  const { address, ref = 'HEAD', into, protocols = ['https', 'ssh'] } = fetch;
  gitProtocol(address, protocols);
  checkGitRef(ref);
  const limits = { ...GIT_LIMITS, ...fetch.limits };
  await mkdir(into, { recursive: true });
  const refused = (problem: string) => fault('GIT_FAILED', { address: withoutSecret(address), problem });
  const tooLarge = () => refused(`it has more than ${limits.bytes / 1024 / 1024} MiB`);
  const late = () => refused(`it did not come within ${limits.seconds} s`);
  return withDeadline({ seconds: limits.seconds, late, signal: fetch.signal }, async (signal, abort) => {
    const watch = watchSize(into, limits.bytes, { tooLarge: () => abort(tooLarge()), failed: abort });
    const git = (args: readonly string[], onOutput?: (chunk: Buffer) => void) =>
      runGit({ args, address, protocols, cwd: into, signal, ...(onOutput && { onOutput }) });
    try {
      await git(['init', '--quiet', '--template=']);
      // Into a ref of its own: FETCH_HEAD would hold the address, with the secret in it.
      await git(['fetch', ...ONE_COMMIT, '--end-of-options', address, `+${ref}:refs/berth/fetched`]);
      const tree = measureTree({
        files: limits.files,
        bytes: limits.bytes,
        tooMany: () => refused(`it has more than ${limits.files} files`),
        tooLarge,
      });
      await git(['ls-tree', '-r', '-l', '-z', '--full-tree', 'refs/berth/fetched'], tree);
      await git(['checkout', '--quiet', '--detach', '--no-recurse-submodules', 'refs/berth/fetched']);
      return { commit: (await readFile(join(into, '.git', 'HEAD'), 'utf8')).trim() };
    } finally {
      watch.stop();
    }
  });
}
