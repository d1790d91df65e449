import { existsSync, statfsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory. Containers often have little of it, and may not run programs from it. */
const MEMORY = '/dev/shm';
const NEEDED_BYTES = 512 * 1024 * 1024;

/** Creates a folder for databases, in memory if there is space, because writes there do not wait for a disk. */
export function memoryFolder(prefix: string): Promise<string> {
  return mkdtemp(join(hasRoom() ? MEMORY : tmpdir(), prefix));
}

function hasRoom(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= NEEDED_BYTES;
}
