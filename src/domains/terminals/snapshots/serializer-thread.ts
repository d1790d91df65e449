import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { TerminalSize } from '../terminal.ts';

/** The worker file is next to this module, as TypeScript or compiled. */
const WORKER = new URL(`serializer-worker${extname(import.meta.filename)}`, import.meta.url);

/**
 * Heap limit of the thread, in MiB. The largest measured screen, with colours and marks in all cells, takes half of it;
 * endless links take more. Cells take up to 40 MiB outside the heap.
 */
const HEAP_MB = 64;

/** An idle thread ends after this time, in milliseconds. Starting a new one takes a tenth of a second. */
const IDLE_MS = 30_000;

/** Creates a serializer that draws one screen at a time, in a thread that runs only while needed. */
export function createSerializerThread({ idleMs = IDLE_MS }: { idleMs?: number } = {}) {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  function start(): Worker {
    // The thread gets no environment variables: they contain the service's secrets.
    const started = new Worker(WORKER, {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    // Between two jobs there is no other error listener.
    started.on('error', () => undefined);
    started.once('exit', () => {
      if (worker === started) worker = undefined;
    });
    return started;
  }

  async function end(): Promise<void> {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  }

  /**
   * Serializes one screen. Do not call it in parallel.
   * @throws Error if the thread dies, or takes longer than `limitMs`; the next call starts a new thread
   */
  async function serialize(job: SerializerJob, limitMs: number): Promise<Buffer> {
    clearTimeout(idle);
    worker ??= start();
    worker.ref();
    try {
      const result = await answerOf(worker, job, limitMs);
      if ('problem' in result) throw new Error(result.problem);
      worker?.unref();
      return Buffer.from(result.screen.buffer);
    } catch (error) {
      await end();
      throw error;
    } finally {
      idle = setTimeout(() => void end(), idleMs);
      idle.unref();
    }
  }

  return { serialize, end, isRunning: () => worker !== undefined };
}

async function answerOf(worker: Worker, job: SerializerJob, limitMs: number): Promise<SerializerResult> {
  const over = new AbortController();
  const late = setTimeout(
    () => over.abort(new Error(`The screen was not serialized within ${limitMs} ms.`)),
    limitMs,
  );
  const { signal } = over;
  try {
    worker.postMessage(job, [job.output.buffer]);
    // `once` rejects with the error of the thread.
    const answered = once(worker, 'message', { signal }) as Promise<[SerializerResult]>;
    const gone = once(worker, 'exit', { signal }).then(([code]) => {
      throw new Error(`The screen serializer thread exited with code ${code}.`);
    });
    const [result] = await Promise.race([answered, gone]);
    return result;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  } finally {
    clearTimeout(late);
    over.abort();
  }
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
