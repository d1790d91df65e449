import { extname } from 'node:path';
import PQueue from 'p-queue';
import { createWorkerThread, WorkerTimeout } from '../../../core/worker-thread.ts';
import type { Lab } from '../lab.ts';
import type { LabProblem } from '../lab-problem.ts';
import type { LabFolder } from './lab-folder.ts';
import { LAB_FILE } from './read-lab.ts';
import type { LabReading } from './read-lab.ts';

/** The worker file is next to this module, as TypeScript or compiled. */
const WORKER = new URL(`reader-worker${extname(import.meta.filename)}`, import.meta.url);

/** Heap limit of the thread, in MiB: no measured lab.yaml of the largest size needs more. */
const HEAP_MB = 256;

/** Time limit for one lab, in milliseconds: five times what the slowest measured lab.yaml takes on a busy host. */
const READ_LIMIT_MS = 10_000;

/** Validates a lab from its files, as `readLabFiles` does. */
export type LabReader = (slug: string, content: LabFolder) => Promise<LabReading>;

/**
 * Creates a reader for labs from outside: uploads, repositories and stored versions. It reads one lab at a time in a
 * thread, so no lab can block the service. A lab that takes too long or too much memory is invalid.
 */
export function createReaderThread({ limitMs = READ_LIMIT_MS }: { limitMs?: number } = {}) {
  const thread = createWorkerThread<ReaderResult>({
    name: 'lab reader',
    url: WORKER,
    heapMb: HEAP_MB,
  });
  const queue = new PQueue({ concurrency: 1 });
  let closed = false;

  async function readOne(slug: string, content: LabFolder): Promise<LabReading> {
    if (closed) throw new Error('The lab reader is closed.');
    const invalid = (message: string): LabReading => ({
      problems: [{ lab: slug, file: LAB_FILE, line: undefined, key: undefined, message }],
    });
    try {
      const result = await thread.run({ slug, content } satisfies ReaderJob, limitMs);
      if ('error' in result) throw new Error(`Reading the lab "${slug}" failed: ${result.error}`);
      if ('problems' in result) return result;
      const files = result.files.flatMap((path) => {
        const file = content.files.get(path);
        return file ? [[path, file] as const] : [];
      });
      return { lab: { ...result.lab, files: new Map(files) }, folder: content };
    } catch (error) {
      if (error instanceof WorkerTimeout) {
        return invalid(`took longer than ${limitMs / 1000} s to read: make the lab simpler`);
      }
      if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') {
        return invalid(`took more than ${HEAP_MB} MiB of memory to read: make the lab simpler`);
      }
      throw error;
    }
  }

  const read: LabReader = (slug, content) => queue.add(() => readOne(slug, content));

  return {
    read,
    /** Ends the thread. Labs that are being read or queued fail. */
    async close(): Promise<void> {
      closed = true;
      await thread.end();
    },
  };
}

/** A request to the reader thread. */
export interface ReaderJob {
  slug: string;
  content: LabFolder;
}

/** The thread's answer. `files` are the paths of the lab's files, whose contents the service has. */
export type ReaderResult =
  | { lab: Omit<Lab, 'files'>; files: string[] }
  | { problems: LabProblem[] }
  | { error: string };
