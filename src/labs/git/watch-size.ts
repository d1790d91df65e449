import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How often a folder that grows is measured, in milliseconds: within it a fast line brings some tens of megabytes. */
const LOOK_EVERY_MS = 200;

/** Looks at `folder` while it grows, and calls `tooLarge` once when what is in it has more than `bytes`. */
export function watchSize(folder: string, bytes: number, tooLarge: () => void): { stop: () => void } {
  const over = new AbortController();
  async function look(): Promise<void> {
    while (!over.signal.aborted) {
      if ((await sizeOf(folder)) > bytes) {
        tooLarge();
        return;
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: over.signal, ref: false });
    }
  }
  // It ends by being stopped; what can not be measured any more has been removed.
  look().catch(() => undefined);
  return { stop: () => over.abort() };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
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
