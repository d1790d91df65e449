import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../../core/errors.ts';
import { gitProtocol, withoutSecret, checkGitRef, commitRule } from './git-address.ts';
import type { GitProtocol } from './git-address.ts';
import { runGit, withDeadline } from './git-command.ts';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longest entry in the output of `git ls-tree`, in characters: its fields and a path. */
const LONGEST_ENTRY = 8_192;

/**
 * Returns a reader for the output of `git ls-tree -r -l -z` that throws at the first entry beyond the limits. A
 * repository of a few kilobytes can name millions of files and unpack to any size.
 */
function createTreeLimiter(limits: {
  files: number;
  bytes: number;
  tooMany: () => Error;
  tooLarge: () => Error;
}): (chunk: Buffer) => void {
  let files = 0;
  let bytes = 0;
  let partial = '';
  return (chunk) => {
    const entries = (partial + chunk.toString('latin1')).split('\0');
    partial = entries.pop() ?? '';
    if (partial.length > LONGEST_ENTRY) throw limits.tooMany();
    for (const entry of entries) {
      files += 1;
      // "100644 blob <id>    123\tpath"; a submodule has "-" for its size.
      bytes += Number(/^\d+ \w+ [0-9a-f]+ +(\d+)\t/.exec(entry)?.[1] ?? 0);
      if (files > limits.files) throw limits.tooMany();
      if (bytes > limits.bytes) throw limits.tooLarge();
    }
  };
}

/** Interval of size checks, in milliseconds: a fast connection transfers some tens of megabytes in that time. */
const SIZE_CHECK_MS = 200;

/**
 * Measures `folder` at intervals. Calls `tooLarge` once when its files exceed `bytes`, or `failed` if measuring
 * fails.
 */
function watchSize(
  folder: string,
  bytes: number,
  on: { tooLarge: () => void; failed: (error: unknown) => void },
): { stop: () => void } {
  const over = new AbortController();
  async function poll(): Promise<void> {
    while (!over.signal.aborted) {
      if ((await sizeOf(folder)) > bytes) {
        on.tooLarge();
        return;
      }
      await sleep(SIZE_CHECK_MS, undefined, { signal: over.signal, ref: false });
    }
  }
  poll().catch((error: unknown) => {
    if (!over.signal.aborted) on.failed(error);
  });
  return { stop: () => over.abort() };
}

/** Ignores a folder that git removed during the read: the next measurement counts what is there then. */
function ignoreMissing(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreMissing);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    // A file that git has removed in the meantime counts as 0.
    bytes += await stat(join(entry.parentPath, entry.name)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}

/** Limits of one fetch: far more than texts and scripts need, far less than would harm the host. */
const GIT_LIMITS = {
  /** Time limit of the whole fetch. */
  seconds: 180,
  /** Limit of the transferred bytes, and of the total size of the files. */
  bytes: 512 * 1024 * 1024,
  /** Limit of files in one commit. */
  files: 50_000,
};

/** Options of `git fetch` for a single commit. */
const ONE_COMMIT = ['--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];

interface GitFetch {
  /** Address of the repository: https, ssh, or a path if `protocols` includes "file". */
  address: string;
  /** Branch, tag or full commit id. Default: the repository's default branch. */
  ref?: string | undefined;
  /** New or empty folder for the commit's files and `.git`. The caller removes it, also after a failure. */
  into: string;
  protocols?: readonly GitProtocol[];
  limits?: Partial<typeof GIT_LIMITS>;
  signal?: AbortSignal;
}

/**
 * Fetches the files of one commit into a folder with the git client, without history, submodules or LFS files.
 * Symbolic links may point anywhere, so readers of the folder must check them.
 * @returns the commit's id
 * @throws INPUT_INVALID for an invalid address or ref; GIT_FAILED
 */
export async function fetchGit(fetch: GitFetch): Promise<{ commit: string }> {
  const { address, ref = 'HEAD', into, protocols = ['https', 'ssh'] } = fetch;
  gitProtocol(address, protocols);
  checkGitRef(ref);
  const limits = { ...GIT_LIMITS, ...fetch.limits };
  await mkdir(into, { recursive: true });
  const refused = (problem: string) => fault('GIT_FAILED', { address: withoutSecret(address), problem });
  const tooLarge = () => refused(`it is larger than ${limits.bytes / 1024 / 1024} MiB`);
  const late = () => refused(`the download took longer than ${limits.seconds} s`);
  return withDeadline({ seconds: limits.seconds, late, signal: fetch.signal }, async (signal, abort) => {
    const watch = watchSize(into, limits.bytes, { tooLarge: () => abort(tooLarge()), failed: abort });
    const git = (args: readonly string[], onOutput?: (chunk: Buffer) => void) =>
      runGit({ args, address, protocols, cwd: into, signal, ...(onOutput && { onOutput }) });
    try {
      await git(['init', '--quiet', '--template=']);
      // A separate ref, because FETCH_HEAD would contain the address with its secret.
      await git(['fetch', ...ONE_COMMIT, '--end-of-options', address, `+${ref}:refs/berth/fetched`]);
      const tree = createTreeLimiter({
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

/** Longest wait for a repository's answer, in seconds. */
const ANSWER_SECONDS = 60;
/** Largest answer, in characters. Only the wanted refs are requested. */
const ANSWER_LIMIT = 1024 * 1024;

/**
 * Returns the commit that `ref` currently names in the repository, without fetching it.
 * @throws INPUT_INVALID for an invalid address or ref; GIT_FAILED, also if there is no such ref
 */
export async function remoteCommit(options: {
  address: string;
  /** Branch or tag. Default: the repository's default branch. A full commit id is returned unchanged. */
  ref?: string | undefined;
  protocols?: readonly GitProtocol[];
  signal?: AbortSignal;
}): Promise<string> {
  const { address, ref = 'HEAD', protocols = ['https', 'ssh'] } = options;
  gitProtocol(address, protocols);
  checkGitRef(ref);
  if (commitRule.test(ref)) return ref;
  const failed = (problem: string) => fault('GIT_FAILED', { address: withoutSecret(address), problem });
  const late = () => failed(`it did not answer within ${ANSWER_SECONDS} s`);
  let text = '';
  await withDeadline({ seconds: ANSWER_SECONDS, late, signal: options.signal }, (signal) =>
    runGit({
      args: ['ls-remote', '--quiet', '--end-of-options', address, ref, `${ref}^{}`],
      address,
      protocols,
      signal,
      onOutput: (chunk) => {
        text += chunk.toString('utf8');
        if (text.length > ANSWER_LIMIT) throw failed('it returned too many refs');
      },
    }),
  );
  const found = new Map(text.split('\n').map((line) => line.split('\t').toReversed() as [string, string]));
  // The order of gitrevisions(7), which `git fetch` also uses.
  const names = [ref, `refs/${ref}`, `refs/tags/${ref}`, `refs/heads/${ref}`];
  const commit = names.map((name) => found.get(`${name}^{}`) ?? found.get(name)).find(Boolean);
  if (commit === undefined || !commitRule.test(commit)) throw failed(`it has no branch or tag "${ref}"`);
  return commit;
}
