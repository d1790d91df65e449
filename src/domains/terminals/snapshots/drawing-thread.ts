import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DrawingJob, DrawingResult } from './drawing.ts';

/** The worker stands beside this module, as TypeScript or compiled. */
const WORKER = new URL(`drawing-worker${extname(import.meta.filename)}`, import.meta.url);

/**
 * Heap of the thread, in MiB. What was measured takes half of it, the largest screen with colours and marks in all
 * cells included; links without end take more. Beside it are at most 40 of cells.
 */
const HEAP_MB = 64;

/** A thread without work for so long, in milliseconds, gives its memory back; starting it anew takes a tenth of a second. */
const IDLE_MS = 30_000;

/** Draws screens one after the other in a thread that is there while it is needed. */
export function createDrawingThread({ idleMs = IDLE_MS }: { idleMs?: number } = {}) {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  function start(): Worker {
    // It needs nothing of the service's environment, which has its secrets.
    const started = new Worker(WORKER, {
      env: {},
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    // Between two jobs, nobody else listens.
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

  /** One at a time. @throws where the thread dies of it, or is not done within `limitMs`: the next one has a new thread */
  async function draw(job: DrawingJob, limitMs: number): Promise<Buffer> {
    clearTimeout(idle);
    worker ??= start();
    worker.ref();
    try {
      const result = await answerOf(worker, job, limitMs);
      if ('problem' in result) throw new Error(result.problem);
      worker?.unref();
      return Buffer.from(result.drawn.buffer);
    } catch (error) {
      await end();
      throw error;
    } finally {
      idle = setTimeout(() => void end(), idleMs);
      idle.unref();
    }
  }

  return { draw, end, isRunning: () => worker !== undefined };
}

async function answerOf(worker: Worker, job: DrawingJob, limitMs: number): Promise<DrawingResult> {
  const over = new AbortController();
  const late = setTimeout(
    () => over.abort(new Error(`The screen was not drawn within ${limitMs} ms.`)),
    limitMs,
  );
  const { signal } = over;
  try {
    worker.postMessage(job, [job.output.buffer]);
    // `once` rejects with what the thread fails of.
    const answered = once(worker, 'message', { signal }) as Promise<[DrawingResult]>;
    const gone = once(worker, 'exit', { signal }).then(([code]) => {
      throw new Error(`The thread that draws screens ended with ${code}.`);
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
