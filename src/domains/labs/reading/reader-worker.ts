/* Runs in its own thread, because reading a hostile lab takes up to a second. */
import { parentPort } from 'node:worker_threads';
import { readLabFiles } from './read-lab.ts';
import type { ReaderJob, ReaderResult } from './reader-thread.ts';

function result({ slug, content }: ReaderJob): ReaderResult {
  try {
    // Buffers arrive as plain byte arrays.
    const files = new Map(
      [...content.files].map(([path, { buffer, byteOffset, length }]) => [
        path,
        Buffer.from(buffer, byteOffset, length),
      ]),
    );
    const read = readLabFiles(slug, { ...content, files });
    if ('problems' in read) return read;
    const { files: ofMachines, ...lab } = read.lab;
    return { lab, files: [...ofMachines.keys()] };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (job: ReaderJob) => parentPort?.postMessage(result(job), []));
