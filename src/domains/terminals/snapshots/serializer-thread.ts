import { extname } from 'node:path';
import { createWorkerThread } from '../../../core/worker-thread.ts';
import type { TerminalSize } from '../terminal.ts';

/** The worker file is next to this module, as TypeScript or compiled. */
const WORKER = new URL(`serializer-worker${extname(import.meta.filename)}`, import.meta.url);

/**
 * Heap limit of the thread, in MiB. The largest measured screen, with colours and marks in all cells, takes half of it;
 * endless links take more. Cells take up to 40 MiB outside the heap.
 */
const HEAP_MB = 64;

/** Creates a serializer that draws one screen at a time, in a thread that runs only while needed. */
export function createSerializerThread({ idleMs }: { idleMs?: number | undefined } = {}) {
  const thread = createWorkerThread<SerializerResult>({
    name: 'screen serializer',
    url: WORKER,
    heapMb: HEAP_MB,
    idleMs,
  });

  /**
   * Serializes one screen. Do not call it in parallel.
   * @throws Error if the thread dies, or takes longer than `limitMs`; the next call starts a new thread
   */
  async function serialize(job: SerializerJob, limitMs: number): Promise<Buffer> {
    const result = await thread.run(job, limitMs, [job.output.buffer]);
    if ('problem' in result) throw new Error(result.problem);
    return Buffer.from(result.screen.buffer);
  }

  return { serialize, end: thread.end, isRunning: thread.isRunning };
}

/** A request to the serializer thread. */
export interface SerializerJob {
  output: Uint8Array<ArrayBuffer>;
  size: TerminalSize;
  /** Sequences that set the modes at the start of `output`, if known. */
  before: Uint8Array | undefined;
}

/** The thread's answer: the snapshot, or the problem. */
export type SerializerResult = { screen: Uint8Array<ArrayBuffer> } | { problem: string };
