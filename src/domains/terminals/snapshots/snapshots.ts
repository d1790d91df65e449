import { linkedAbort } from '../../../core/linked-abort.ts';
import type { Log } from '../../../core/log.ts';
import { createSharedTurns } from '../../../core/shared-turns.ts';
import type { TerminalSize } from '../terminal.ts';
import { requireTerminalSize } from '../terminal-size.ts';
import type { DrawingJob } from './drawing.ts';
import { createDrawingThread } from './drawing-thread.ts';

/** Most of the output that is drawn, in bytes, the newest: more than is kept of a terminal. */
const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Most that are drawn or wait for it: a class that comes back at once. Each holds a copy of its output meanwhile. */
const MAX_WAITING = 64;
/** Most of them of one learner: what is printed to take long must not keep others from theirs. */
const MAX_WAITING_OF_ONE = 8;

/** Longest that one screen is drawn, in milliseconds; what programs print takes a fiftieth of it. */
const DRAW_LIMIT_MS = 5_000;

/** Longest wait for a turn, in milliseconds: three that were made to take as long as they may. */
const WAIT_LIMIT_MS = 15_000;

export interface Snapshots {
  /**
   * Bytes that draw, on a terminal of that size which was just reset, the screen as `output` leaves it, with its
   * modes and up to 1,000 lines above it. `output` may begin and end anywhere. Where the screen cannot be drawn,
   * they are a note that says what to do: the shell is there, and a returning user wants to go on. `before`
   * is what a mode watch (mode-watch.ts) tells that has seen all that was printed before `output`. Screens of one
   * learner, who is named first, are drawn in turn with those of others.
   * @throws TERMINAL_SIZE_INVALID, and nothing else
   */
  take(
    learnerId: string,
    output: readonly Buffer[] | Buffer,
    size: TerminalSize,
    before?: Buffer,
  ): Promise<Buffer>;
  /** Ends the thread; what is still wanted gets the note. */
  close(): Promise<void>;
}

/** What is seen in place of a screen that cannot be drawn. The service does not know which language its reader picked. */
export const NOT_DRAWN = Buffer.from(
  [
    '[The screen could not be drawn again. The shell goes on: press Enter or Ctrl+L.]',
    '[화면을 다시 그리지 못했습니다. 셸은 계속 실행 중입니다. Enter 또는 Ctrl+L을 누르세요.]',
    '',
  ].join('\r\n'),
);

/** Screens are drawn one at a time, in a thread of their own: whatever is printed, the service goes on. */
export function createSnapshots(options: {
  log: Log;
  /** Others than {@link DRAW_LIMIT_MS}, for tests. */
  limits?: { drawMs?: number; idleMs?: number };
}): Snapshots & { isRunning(): boolean } {
  const { log, limits = {} } = options;
  const drawMs = limits.drawMs ?? DRAW_LIMIT_MS;
  const turns = createSharedTurns(1);
  const thread = createDrawingThread({ idleMs: limits.idleMs });
  const closing = new AbortController();
  /** By learner. */
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

  async function drawn(learnerId: string, job: DrawingJob): Promise<Buffer> {
    const { signal, abort, unlink } = linkedAbort(closing.signal);
    const timer = setTimeout(() => abort(new Error('Its turn did not come in time.')), WAIT_LIMIT_MS);
    const draw = async () => {
      closing.signal.throwIfAborted();
      return thread.draw(job, drawMs);
    };
    return turns.run(learnerId, draw, signal).finally(() => {
      clearTimeout(timer);
      unlink();
    });
  }

  return {
    isRunning: () => thread.isRunning(),
    async take(learnerId, output, size, before) {
      const { rows, cols } = requireTerminalSize(size);
      if (closing.signal.aborted) return NOT_DRAWN;
      if (isFull(learnerId)) {
        log.warn({ learnerId }, 'A screen was not drawn again: too many wait for theirs.');
        return NOT_DRAWN;
      }
      count(learnerId, 1);
      try {
        return await drawn(learnerId, { output: newest(output), size: { rows, cols }, before });
      } catch (error) {
        if (!closing.signal.aborted)
          log.warn({ err: error, rows, cols }, 'A screen could not be drawn again.');
        return NOT_DRAWN;
      } finally {
        count(learnerId, -1);
      }
    },
    async close() {
      closing.abort(new Error('Screens are drawn no more.'));
      await thread.end();
    },
  };
}

/** A copy of the newest part: what is kept goes on changing. */
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
