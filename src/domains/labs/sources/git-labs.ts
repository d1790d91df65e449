import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { fault } from '../../../core/errors.ts';
import { withWorkFolder } from '../../../core/work-folder.ts';
import { fetchGit } from '../git/fetch-git.ts';
import { withoutSecret } from '../git/git-address.ts';
import type { GitProtocol } from '../git/git-address.ts';
import { readLabFolder } from '../reading/lab-folder.ts';
import type { LabFolder } from '../reading/lab-folder.ts';
import type { LabProblem } from '../lab-problem.ts';
import { LAB_FILE, readLabFiles } from '../reading/read-lab.ts';
import type { ReadLab } from '../versions/kept-versions.ts';

/** Maximum number of labs in one repository. */
const LAB_LIMIT = 1_000;
/** Maximum total size of its labs, which are in memory together. */
const BYTES_LIMIT = 256 * 1024 * 1024;

/** The valid labs of one commit, and the problems of the others. */
export interface GitLabs {
  commit: string;
  labs: ReadLab[];
  problems: LabProblem[];
}

/**
 * Reads the labs of a repository: the folders with a lab.yaml in `folder`, or `folder` itself if it has one.
 * @throws INPUT_INVALID; GIT_FAILED, also if the folder is missing or has no lab
 */
export function readGitLabs(options: {
  address: string;
  ref: string | undefined;
  folder: string;
  protocols: readonly GitProtocol[];
  signal: AbortSignal;
}): Promise<GitLabs> {
  const { address, ref, folder, protocols, signal } = options;
  return withWorkFolder(async (root) => {
    const { commit } = await fetchGit({ address, ref, into: root, protocols, signal });
    const failed = (problem: string) => fault('GIT_FAILED', { address: withoutSecret(address), problem });
    const place = await within(root, join(root, folder));
    if (place === undefined) throw failed(`it has no folder "${folder}"`);
    const found = await labsIn(place, folder === '' ? nameOf(address) : basename(place));
    if (found.length === 0) {
      throw failed(`it has no ${LAB_FILE} in a folder of ${folder === '' ? 'its root' : `"${folder}"`}`);
    }
    if (found.length > LAB_LIMIT) throw failed(`it has more than ${LAB_LIMIT} labs`);
    const labs: ReadLab[] = [];
    const problems: LabProblem[] = [];
    let bytes = 0;
    for (const { slug, path } of found) {
      signal.throwIfAborted();
      const files = await readLabFolder(path);
      bytes += sizeOf(files);
      // With links, a small repository can contain many large labs.
      if (bytes > BYTES_LIMIT)
        throw failed(`its labs are larger than ${BYTES_LIMIT / 1024 / 1024} MiB in total`);
      const read = readLabFiles(slug, files);
      if ('lab' in read) labs.push(read);
      else problems.push(...read.problems);
    }
    return { commit, labs, problems };
  });
}

/** Lists the folders with a lab, and the labs' slugs. */
async function labsIn(place: string, name: string): Promise<{ slug: string; path: string }[]> {
  if (await isFile(join(place, LAB_FILE))) return [{ slug: name, path: place }];
  const found = [];
  const folders = (await readdir(place, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const slug of folders.map(({ name }) => name).toSorted()) {
    const path = join(place, slug);
    if (!slug.startsWith('.') && (await isFile(join(path, LAB_FILE)))) found.push({ slug, path });
  }
  return found;
}

/** Returns the folder's real path; undefined if it is missing or a link leads out of the repository. */
async function within(root: string, path: string): Promise<string | undefined> {
  const [inside, target] = await Promise.all([realpath(root), realpath(path).catch(() => undefined)]);
  if (target === undefined || !(target + sep).startsWith(inside + sep)) return undefined;
  return (await stat(target)).isDirectory() ? target : undefined;
}

function sizeOf({ files }: LabFolder): number {
  return [...files.values()].reduce((sum, { length }) => sum + length, 0);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}

/** Returns the folder name that `git clone` would use. */
function nameOf(address: string): string {
  return basename(address.replace(/[/:]+$/, '').replaceAll(':', '/')).replace(/\.git$/, '');
}
