import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { sizeProblem } from './folder-limits.ts';

/** A file that was read, or the reason why it cannot be read, as the end of a sentence. */
export type FileReading = { content: Buffer; runnable: boolean } | { problem: string };

/** Reads a regular file of at most `limit` bytes. Opening does not block, even if the path is a pipe. */
export async function readOrdinaryFile(path: string, limit: number): Promise<FileReading> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: Error) => error);
  if (handle instanceof Error) return { problem: `cannot be read: ${handle.message}` };
  try {
    const status = await handle.stat();
    if (!status.isFile()) return { problem: 'is not a regular file' };
    const tooLarge = sizeProblem(status.size, limit);
    if (tooLarge !== undefined) return { problem: tooLarge };
    const content = await handle.readFile();
    return { content, runnable: (status.mode & 0o111) !== 0 };
  } finally {
    await handle.close();
  }
}
