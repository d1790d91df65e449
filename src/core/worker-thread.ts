import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';

/** An idle thread ends after this time, in milliseconds. Starting a new one takes a tenth of a second. */
const IDLE_MS = 30_000;

/** A job took longer than its time limit. */
export class WorkerTimeout extends Error {}

/**
 * Creates a thread that runs only while needed, for jobs that would block the service. The module at `url` answers each
 * message with one. `name` is for messages, and `heapMb` limits the heap of the thread, in MiB.
 */
export function createWorkerThread<Result>({
  name,
  url,
  heapMb,
  idleMs = IDLE_MS,
}: {
  name: string;
  url: URL;
  heapMb: number;
  idleMs?: number | undefined;
}) {
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;

  function start(): Worker {
    // The thread gets no environment variables: they contain the service's secrets.
    const started = new Worker(url, { env: {}, resourceLimits: { maxOldGenerationSizeMb: heapMb } });
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

  async function answerOf(
    thread: Worker,
    job: object,
    limitMs: number,
    moved: readonly Transferable[],
  ): Promise<Result> {
    const over = new AbortController();
    const late = setTimeout(
      () => over.abort(new WorkerTimeout(`The ${name} thread did not answer within ${limitMs} ms.`)),
      limitMs,
    );
    const { signal } = over;
    try {
      thread.postMessage(job, moved);
      // `once` rejects with the error of the thread.
      const answered = once(thread, 'message', { signal }) as Promise<[Result]>;
      const gone = once(thread, 'exit', { signal }).then(([code]) => {
        throw new Error(`The ${name} thread exited with code ${code}.`);
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

  /**
   * Runs one job. Buffers in `moved` move to the thread. Do not call it in parallel.
   * @throws WorkerTimeout after `limitMs`, or Error if the thread dies; the next call starts a new thread
   */
  async function run(job: object, limitMs: number, moved: readonly Transferable[] = []): Promise<Result> {
    clearTimeout(idle);
    worker ??= start();
    worker.ref();
    try {
      const result = await answerOf(worker, job, limitMs, moved);
      worker?.unref();
      return result;
    } catch (error) {
      await end();
      throw error;
    } finally {
      idle = setTimeout(() => void end(), idleMs);
      idle.unref();
    }
  }

  return { run, end, isRunning: () => worker !== undefined };
}
