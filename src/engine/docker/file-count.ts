import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** Names read at once: folders of a million files have to be gone through in seconds. */
const NAMES_AT_ONCE = 1024;
/** What a machine or a removal takes away while it is counted, and what a machine put in its place. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'ELOOP']);

/** How many files and folders lie below these folders, of which one may be gone; no more than `most` are counted. */
export async function countFiles(folders: readonly string[], most: number): Promise<number> {
  const waiting = [...folders];
  let count = 0;
  for (let folder = waiting.pop(); folder !== undefined && count < most; folder = waiting.pop()) {
    try {
      for await (const entry of await opendir(folder, { bufferSize: NAMES_AT_ONCE })) {
        count += 1;
        if (count >= most) break;
        if (entry.isDirectory()) waiting.push(join(folder, entry.name));
      }
    } catch (error) {
      if (!GONE.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return count;
}
