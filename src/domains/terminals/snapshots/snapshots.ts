import { linkedAbort } from '../../../core/async.ts';
import type { Log } from '../../../core/log.ts';
import { createKeyedQueue } from '../../../core/queue.ts';
import type { TerminalSize } from '../terminal.ts';
import { requireTerminalSize } from '../terminal.ts';
import { createSerializerThread } from './serializer-thread.ts';
import type { SerializerJob } from './serializer-thread.ts';

/** Maximum output to serialize, in bytes, from its end: more than the output buffer holds. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/**
 * Maximum number of screens that are serialized or queued: a whole class may reconnect at once. Each holds a copy of
 * its output meanwhile.
 */
const MAX_WAITING = 64;
/** Maximum of them per learner: output that is designed to be slow must not block other learners. */
const MAX_WAITING_OF_ONE = 8;

/** Time limit for one screen, in milliseconds; the output of normal programs takes a fiftieth of it. */
const SERIALIZE_LIMIT_MS = 5_000;

/** Time limit in the queue, in milliseconds: three screens at their time limit. */
const WAIT_LIMIT_MS = 15_000;

export interface Snapshots {
  /**
   * Returns bytes that restore the screen after `output`, with its modes and up to 1,000 scrollback lines, on a
   * terminal of this size that was just reset. `output` may start and end anywhere. If the screen cannot be restored,
   * the result is a note that says what to do, because the shell still runs. `before` sets the modes before `output`
   * (mode-watch.ts). Learners take turns in the queue.
   * @throws TERMINAL_SIZE_INVALID, and no other error
   */
  take(
    learnerId: string,
    output: readonly Buffer[] | Buffer,
    size: TerminalSize,
    before?: Buffer,
  ): Promise<Buffer>;
  /** Ends the thread. Pending requests get the note. */
  close(): Promise<void>;
}

/** Shown instead of a screen that could not be restored, in both languages: the service does not know the reader's. */
export const NOT_RESTORED = Buffer.from(
  [
    '[The screen could not be restored. The shell is still running: press Enter or Ctrl+L.]',
    '[화면을 다시 그리지 못했습니다. 셸은 계속 실행 중입니다. Enter 또는 Ctrl+L을 누르세요.]',
    '',
  ].join('\r\n'),
);

/** Creates the service that serializes screens, one at a time in its own thread: no output can block the service. */
export function createSnapshots(options: {
  log: Log;
  /** Override the default limits in tests. */
  limits?: { serializeMs?: number; idleMs?: number };
}): Snapshots & { isRunning(): boolean } {
  const { log, limits = {} } = options;
  const serializeMs = limits.serializeMs ?? SERIALIZE_LIMIT_MS;
  const queue = createKeyedQueue({ concurrency: 1 });
  const thread = createSerializerThread({ idleMs: limits.idleMs });
  const closing = new AbortController();
  /** Number of pending screens by learner. */
  const waiting = new Map<string, number>();

  function isFull(learnerId: string): boolean {
    const all = [...waiting.values()].reduce((sum, count) => sum + count, 0);
    return all >= MAX_WAITING || (waiting.get(learnerId) ?? 0) >= MAX_WAITING_OF_ONE;
  }

  function count(learnerId: string, change: 1 | -1): void {
    const next = (waiting.get(learnerId) ?? 0) + change;
    if (next > 0) waiting.set(learnerId, next);
    else waiting.delete(learnerId);
  }

  async function serialize(learnerId: string, job: SerializerJob): Promise<Buffer> {
    const { signal, abort, unlink } = linkedAbort(closing.signal);
    const timer = setTimeout(
      () => abort(new Error('The queue for screen snapshots was too long.')),
      WAIT_LIMIT_MS,
    );
    const work = async () => {
      closing.signal.throwIfAborted();
      return thread.serialize(job, serializeMs);
    };
    return queue.run(learnerId, work, signal).finally(() => {
      clearTimeout(timer);
      unlink();
    });
  }

  return {
    isRunning: () => thread.isRunning(),
    async take(learnerId, output, size, before) {
      const { rows, cols } = requireTerminalSize(size);
      if (closing.signal.aborted) return NOT_RESTORED;
      if (isFull(learnerId)) {
        log.warn({ learnerId }, 'screen not restored: the queue is full');
        return NOT_RESTORED;
      }
      count(learnerId, 1);
      try {
        return await serialize(learnerId, { output: newest(output), size: { rows, cols }, before });
      } catch (error) {
        if (!closing.signal.aborted) log.warn({ err: error, rows, cols }, 'restoring a screen failed');
        return NOT_RESTORED;
      } finally {
        count(learnerId, -1);
      }
    },
    async close() {
      closing.abort(new Error('The snapshot service is closed.'));
      await thread.end();
    },
  };
}

/** Copies the newest part of the output, because the buffer keeps changing. */
function newest(output: readonly Buffer[] | Buffer): Uint8Array<ArrayBuffer> {
  const chunks = Buffer.isBuffer(output) ? [output] : output;
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(Math.min(length, MAX_OUTPUT_BYTES));
  let at = bytes.length - length;
  for (const chunk of chunks) {
    if (at + chunk.length > 0) bytes.set(at < 0 ? chunk.subarray(-at) : chunk, Math.max(0, at));
    at += chunk.length;
  }
  return bytes;
}
