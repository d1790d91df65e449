import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOwnerGone, newOwner } from '../infra/leases/process-owner.ts';

/** Prefix of temporary folders. The name of their process follows, so that leftovers of a dead process can be found. */
const PREFIX = 'berth-work-';

/**
 * Age after which a folder counts as left over even if its process seems alive, because process ids are reused. In
 * milliseconds; no work takes that long.
 */
const LONGEST_WORK_MS = 2 * 24 * 60 * 60_000;

/**
 * Runs `work` with a new temporary folder, which is removed at its end. {@link sweepWorkFolders} removes what a crash
 * leaves.
 */
export async function withWorkFolder<T>(
  work: (folder: string) => Promise<T>,
  { root = tmpdir() } = {},
): Promise<T> {
  const owner = Buffer.from(newOwner()).toString('base64url');
  const folder = await mkdtemp(join(root, `${PREFIX}${owner}.`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Removes the folders of dead processes, and returns how many. Folders of other users stay. Calls `failed` for each
 * folder that cannot be removed, and continues.
 */
export async function sweepWorkFolders(
  failed: (path: string, error: unknown) => void,
  { root = tmpdir(), now = new Date() } = {},
): Promise<number> {
  let removed = 0;
  for (const name of (await readdir(root)).filter((each) => each.startsWith(PREFIX))) {
    const path = join(root, name);
    // A process that ends its work now removes the folder itself.
    const status = await lstat(path).catch(() => undefined);
    if (!status?.isDirectory() || status.uid !== process.getuid?.()) continue;
    const owner = Buffer.from(name.slice(PREFIX.length).replace(/\..*$/, ''), 'base64url').toString();
    const isOld = now.getTime() - status.mtimeMs > LONGEST_WORK_MS;
    if (!isOwnerGone(owner) && !isOld) continue;
    try {
      await rm(path, { recursive: true, force: true });
      removed++;
    } catch (error) {
      failed(path, error);
    }
  }
  return removed;
}
