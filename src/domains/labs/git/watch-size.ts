import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often a folder that grows is measured, in milliseconds: within it a fast line brings some tens of megabytes. */
const LOOK_EVERY_MS = 200;

/**
 * Looks at `folder` while it grows, and calls `tooLarge` once when what is in it has more than `bytes`,
 * or `failed` when it cannot be measured.
 */
export function watchSize(
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
