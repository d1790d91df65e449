import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LabDraft } from './lab-draft.ts';

/**
 * Writes a lab into a folder of labs, whole or not at all. What is there by that name is replaced with
 * `force` only; false when it was left as it is.
 */
export async function putLab(
  draft: LabDraft,
  { into, slug, force }: { into: string; slug: string; force: boolean },
): Promise<boolean> {
  const target = join(into, slug);
  const isThere = await exists(target);
  if (isThere && !force) return false;
  // Hidden folders are no labs. What an import that was cut off has left is made anew.
  const fresh = join(into, `.importing-${slug}`);
  const former = join(into, `.replacing-${slug}`);
  for (const rest of [fresh, former]) await rm(rest, { recursive: true, force: true });
  for (const [path, content] of draft.files) {
    const file = join(fresh, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode: draft.runnable.has(path) ? 0o755 : 0o644 });
  }
  if (isThere) await rename(target, former);
  await rename(fresh, target);
  await rm(former, { recursive: true, force: true });
  return true;
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
