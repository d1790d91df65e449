import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOwnerGone, newOwner } from '../infra/leases/process-owner.ts';

/** How folders of ours begin; their process's name follows, so that what it left is known by it. */
const PREFIX = 'berth-work-';

/** Age at which a folder is taken for left whatever its process, whose number another may have by now, in milliseconds: no work takes so long. */
const LONGEST_WORK_MS = 2 * 24 * 60 * 60_000;

/** Does the work in a new folder, which goes with its end. What a crash leaves is found by {@link sweepWorkFolders}. */
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
 * Removes the folders of processes that are gone; how many. What another user made is theirs. `failed` is
 * told of those that cannot be removed; they hold up nothing.
 */
export async function sweepWorkFolders(
  failed: (path: string, error: unknown) => void,
  { root = tmpdir(), now = new Date() } = {},
): Promise<number> {
  let removed = 0;
  for (const name of (await readdir(root)).filter((each) => each.startsWith(PREFIX))) {
    const path = join(root, name);
    // One that ends its work goes with it.
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
