import { deferred } from '../../core/async.ts';
import { createQueue } from '../../core/queue.ts';
import type { EngineTerminal } from '../../engine/engine-terminals.ts';
import type { Recorder } from './recordings/recorder.ts';
import type { OutputBudgets } from './pacing.ts';
import { createPace } from './pacing.ts';
import { createResizeQueue } from './resize-queue.ts';
import type { TerminalOver, TerminalSize } from './terminal.ts';
import { createModeWatch } from './snapshots/mode-watch.ts';
import type { ModeWatch } from './snapshots/mode-watch.ts';
import { createInputCounts } from './client-input.ts';
import { createViewers } from './viewers.ts';
import type { Viewers } from './viewers.ts';
import { createOutputBuffer } from './output-buffer.ts';
import type { OutputBuffer } from './output-buffer.ts';

/** Size of the output buffer, in bytes: more than a client may leave unacknowledged. */
const KEPT_BYTES = 768 * 1024;

/** How long the shell waits for a disconnected owner when the buffer is full, in milliseconds. */
const AWAITED_MS = 15_000;
/** Longest wait for output that the shell printed before adoption, in milliseconds. Normally some tens. */
const CATCH_UP_MS = 5_000;
/** Space reserved for one read, in bytes. */
const ONE_READ_BYTES = 64 * 1024;

/** The service ends a shell whose stream is cut more than `MAX_CUTS` times within `CUTS_WITHIN_MS` milliseconds. */
const MAX_CUTS = 5;
const CUTS_WITHIN_MS = 60_000;

/** A running shell with its newest output and its viewers. */
export interface LiveTerminal {
  /** Handle of the shell, for the engine. */
  readonly shell: string;
  readonly durable: boolean;
  readonly size: TerminalSize;
  /** What the recorder stores now; undefined without a recording. */
  readonly recorded: Recorder['content'];
  readonly output: OutputBuffer;
  /** Returns the sequences that set the modes in effect at the start of the buffer. */
  modes(): Buffer;
  readonly viewers: Viewers;
  /** Resolves once the buffer has all output that the shell printed before this process adopted it. */
  readonly caughtUp: Promise<void>;
  readonly inputCounts: ReturnType<typeof createInputCounts>;
  /** Pauses the shell's output while `work` runs. */
  pauseDuring<T>(work: () => Promise<T>): Promise<T>;
  /** Waits 15 s for the owner, who has all output before `received`: the buffer keeps what they lack. */
  awaitOwner(received: number): void;
  /** Sends input to the shell. False means: wait for `drained` before sending more. */
  input(bytes: Buffer): boolean;
  drained(): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
  /** Makes full-screen programs redraw, by resizing the terminal twice. */
  redraw(): Promise<void>;
  /** Ends the shell, even if it has viewers. */
  end(): Promise<void>;
  /** Closes the stream to the shell. A durable shell keeps running. */
  release(): void;
  over: Promise<TerminalOver>;
}

interface LiveTerminalOptions {
  engineTerminal: EngineTerminal;
  size: TerminalSize;
  /** The session's learner, whose terminals share a budget for output without an owner. */
  learnerId: string;
  budgets: OutputBudgets;
  /** Receives all input and output if the terminal is recorded. */
  recorder?: Recorder | undefined;
  /** Reconnects to a durable shell whose stream was cut, at byte `from`; undefined if it is gone. */
  reconnect: (from: number) => Promise<EngineTerminal | 'other-process' | undefined>;
  /** Called for output that has a viewer, and for input. */
  onActivity: () => void;
  /** Called when the size has changed. */
  onResize: (size: TerminalSize) => void;
}

/** Streams a shell's output into its buffer and to its viewers. */
export function createLiveTerminal(options: LiveTerminalOptions): LiveTerminal {
  const { reconnect, onActivity, onResize, recorder } = options;
  let terminal = options.engineTerminal;
  let size = options.size;
  /** Created when the buffer first discards output, which most terminals never reach. */
  let modeWatch: ModeWatch | undefined;
  let output = bufferFrom(terminal.offset);
  let pauses = 0;
  let ending = false;
  let releasing = false;
  /** Input that arrived while the shell was unreachable. */
  let pendingInput: Buffer[] | undefined;
  let reachable = deferred<void>();
  /** First byte that a disconnected owner lacks, while the shell waits for them. */
  let awaitedFrom: number | undefined;
  let awaitTimer: NodeJS.Timeout | undefined;
  const over = deferred<TerminalOver>();
  const caughtUp = deferred<void>();
  const { printed: before = 0, offset } = options.engineTerminal;
  const released = deferred<'other-process'>();
  const viewers = createViewers(flow);
  const isAttended = () => !ending && viewers.hasOwner();
  /** A resize that ran during a redraw would be undone by its second half. */
  const sizeChanges = createQueue(1);
  const pace = createPace({ ...options, isAttended, onChange: flow });

  function bufferFrom(offset: number): OutputBuffer {
    return createOutputBuffer(KEPT_BYTES, {
      offset,
      onDiscard: (bytes) => (modeWatch ??= createModeWatch()).read(bytes),
    });
  }

  function flow(): void {
    if (viewers.hasOwner()) stopAwaiting();
    pace.attendanceChanged();
    const isFull = awaitedFrom !== undefined && output.next - awaitedFrom > KEPT_BYTES - ONE_READ_BYTES;
    const mustWait = !ending && (pauses > 0 || isFull || viewers.wantPause());
    if (mustWait || pace.isHolding()) terminal.stream.pause();
    else terminal.stream.resume();
  }

  function stopAwaiting(): void {
    clearTimeout(awaitTimer);
    awaitedFrom = undefined;
  }

  function addOutput(chunk: Buffer): void {
    pace.count(chunk.length, terminal.takeMessages?.() ?? 1);
    // Discard output of a shell that is ending: a viewer that stopped reading must not delay the end.
    if (ending) return;
    recorder?.output(output.next, chunk);
    output.add(chunk);
    if (output.next >= before) caughtUp.resolve();
    if (awaitedFrom !== undefined) flow();
    if (viewers.count() === 0) return;
    onActivity();
    viewers.notifyOutput();
  }

  /** Reads one stream until it ends. */
  async function readStream(): Promise<TerminalOver | 'cut'> {
    const { stream } = terminal;
    stream.on('data', addOutput);
    // A `close` event follows.
    stream.on('error', () => undefined);
    flow();
    return terminal.over;
  }

  async function reconnectStream(): Promise<TerminalOver | 'cut'> {
    if (releasing) return 'other-process';
    if (ending) {
      await terminal.end();
      return { exitCode: undefined };
    }
    pendingInput = [];
    const connecting = reconnect(output.next);
    const next = await Promise.race([connecting, released.promise]);
    if (releasing) {
      connecting.then(hangUp, () => undefined);
      return 'other-process';
    }
    if (next === 'other-process') return 'other-process';
    if (next === undefined) return { exitCode: undefined };
    terminal = next;
    if (terminal.offset !== output.next) {
      // Some output is missing, so viewers must reconnect to get a screen snapshot.
      modeWatch = undefined;
      output = bufferFrom(terminal.offset);
      caughtUp.resolve();
      viewers.drop();
    }
    for (const bytes of pendingInput) terminal.stream.write(bytes);
    pendingInput = undefined;
    reachable.resolve();
    reachable = deferred<void>();
    // If this fails, the caller of `end` tries again.
    if (ending) terminal.end().catch(() => undefined);
    return readStream();
  }

  async function run(): Promise<TerminalOver> {
    const cuts: number[] = [];
    let end = await readStream();
    while (end === 'cut') {
      const now = Date.now();
      cuts.push(now);
      if (cuts.filter((time) => time > now - CUTS_WITHIN_MS).length > MAX_CUTS) ending = true;
      end = await reconnectStream();
    }
    return end;
  }

  function awaitOwner(received: number): void {
    if (viewers.hasOwner()) return;
    stopAwaiting();
    awaitedFrom = received;
    awaitTimer = setTimeout(() => {
      awaitedFrom = undefined;
      flow();
    }, AWAITED_MS).unref();
    flow();
  }

  // After each restart, the service reads the whole buffer of every shell again. This must not use up the budgets.
  pace.spare(Math.min(Math.max(0, before - offset), KEPT_BYTES));
  // The user who started the shell is about to attach.
  awaitOwner(output.next);
  if (output.next >= before) caughtUp.resolve();
  // The machine reports how much output is pending, so the wait needs a limit.
  setTimeout(() => caughtUp.resolve(), CATCH_UP_MS).unref();
  void over.promise.then(() => caughtUp.resolve()).then(pace.stop);
  run().then(over.resolve, () => over.resolve('other-process'));

  return {
    get shell() {
      return terminal.shell;
    },
    get durable() {
      return terminal.durable;
    },
    get size() {
      return size;
    },
    get output() {
      return output;
    },
    get recorded() {
      return recorder?.content;
    },
    modes: () => modeWatch?.sequences() ?? Buffer.alloc(0),
    viewers,
    caughtUp: caughtUp.promise,
    inputCounts: createInputCounts(),
    async pauseDuring(work) {
      pauses += 1;
      flow();
      try {
        return await work();
      } finally {
        pauses -= 1;
        flow();
      }
    },
    awaitOwner,
    input(bytes) {
      // If ending failed, the shell still accepts no input.
      if (ending) return true;
      onActivity();
      recorder?.input(bytes);
      if (pendingInput) {
        pendingInput.push(bytes);
        return false;
      }
      return !terminal.stream.writable || terminal.stream.write(bytes);
    },
    async drained() {
      if (pendingInput) return reachable.promise;
      const { stream } = terminal;
      if (!stream.writableNeedDrain || stream.destroyed) return;
      await new Promise<void>((resolve) => {
        const settle = () => {
          stream.off('drain', settle).off('close', settle);
          resolve();
        };
        stream.on('drain', settle).on('close', settle);
      });
    },
    resize: createResizeQueue((next) =>
      sizeChanges.run(async () => {
        size = next;
        onResize(next);
        recorder?.resize(next);
        await terminal.resize(next.rows, next.cols);
      }),
    ),
    redraw: () =>
      sizeChanges.run(async () => {
        await terminal.resize(size.rows, size.cols === 1 ? 2 : size.cols - 1);
        await terminal.resize(size.rows, size.cols);
      }),
    async end() {
      ending = true;
      pace.stop();
      flow();
      await terminal.end();
    },
    release() {
      releasing = true;
      released.resolve('other-process');
      terminal.stream.destroy();
    },
    over: over.promise,
  };
}

/** Closes a connection that was established too late. */
function hangUp(late: EngineTerminal | 'other-process' | undefined): void {
  if (late !== undefined && late !== 'other-process') late.stream.destroy();
}
