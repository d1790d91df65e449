import { deferred } from '../../core/deferred.ts';
import type { EngineTerminal } from '../../engine/engine-terminals.ts';
import type { Recorder } from './recordings/recorder.ts';
import type { OutputBudgets } from './pacing/output-budgets.ts';
import { createPace } from './pacing/pace.ts';
import { createResizing } from './resizing.ts';
import type { TerminalOver, TerminalSize } from './terminal.ts';
import { createModeWatch } from './snapshots/mode-watch.ts';
import type { ModeWatch } from './snapshots/mode-watch.ts';
import { createTypedCounts } from './typed-counts.ts';
import type { TypedCounts } from './typed-counts.ts';
import { createTranscript } from './transcript.ts';
import type { Transcript } from './transcript.ts';
import { createViewers } from './viewers.ts';
import type { Viewers } from './viewers.ts';

/**
 * What is kept of a terminal's output, in bytes: more than a client may have under way, so that it finds
 * all of that again after its connection broke.
 */
export const KEPT_BYTES = 768 * 1024;

/** How long the shell waits, once that is full, for an owner who was cut off to come back, in milliseconds. */
const AWAITED_MS = 15_000;
/** Longest wait for what the shell had printed before it was taken over, in milliseconds: it takes some tens. */
const CATCH_UP_MS = 5_000;
/** Room for what is read at once, in bytes. */
const ONE_READ_BYTES = 64 * 1024;

/** A shell whose stream is cut more often than this in the time, in milliseconds, is given up. */
const CUTS = 5;
const CUTS_WITHIN_MS = 60_000;

/** A running shell with its newest output and its viewers. */
export interface LiveTerminal {
  /** Handle of the shell, for the engine. */
  readonly shell: string;
  readonly durable: boolean;
  readonly size: TerminalSize;
  /** What is recorded of it now. */
  readonly recorded: Recorder['content'];
  readonly output: Transcript;
  /** What switches the modes on that were when the kept output began. */
  modes(): Buffer;
  readonly viewers: Viewers;
  /** Resolves once all is here that the shell had printed before this process held it. */
  readonly caughtUp: Promise<void>;
  readonly typed: TypedCounts;
  /** Holds the shell back while what is given is under way. */
  holdDuring<T>(work: () => Promise<T>): Promise<T>;
  /** The owner has all output before `taken`, and may come back: for a while the shell prints no more than is kept of the rest. */
  awaitOwner(taken: number): void;
  /** Gives the shell input; false once more should wait until `drained` resolves. */
  input(bytes: Buffer): boolean;
  drained(): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
  /** Has programs that draw the whole screen draw it anew. */
  redraw(): Promise<void>;
  /** Ends the shell, also while it has viewers. */
  end(): Promise<void>;
  /** Lets go of the shell, which goes on where it is durable. */
  leave(): void;
  over: Promise<TerminalOver>;
}

export interface LiveTerminalOptions {
  engineTerminal: EngineTerminal;
  size: TerminalSize;
  /** Whose session it is in: their terminals share what they may print with nobody there. */
  learnerId: string;
  budgets: OutputBudgets;
  /** Is told all that passes, where the terminal is recorded. */
  recorder?: Recorder | undefined;
  /** Connects again to a durable shell that was cut off, from that byte on; undefined when it is gone. */
  reconnect: (from: number) => Promise<EngineTerminal | 'elsewhere' | undefined>;
  /** Output or input passed while somebody was there. */
  onActivity: () => void;
  /** It has another size now. */
  onResize: (size: TerminalSize) => void;
}

/** Keeps the output of a shell flowing into its transcript and to its viewers. */
export function createLiveTerminal(options: LiveTerminalOptions): LiveTerminal {
  const { reconnect, onActivity, onResize, recorder } = options;
  let terminal = options.engineTerminal;
  let size = options.size;
  /** Of most terminals all output is kept. */
  let watch: ModeWatch | undefined;
  let output = transcriptFrom(terminal.offset);
  let under = 0;
  let ending = false;
  let leaving = false;
  /** Input that came while the shell could not be reached. */
  let waiting: Buffer[] | undefined;
  let reachable = deferred<void>();
  /** From where on an owner who may come back lacks the output. */
  let awaited: number | undefined;
  let awaiting: NodeJS.Timeout | undefined;
  const over = deferred<TerminalOver>();
  const caughtUp = deferred<void>();
  const { printed: before = 0, offset } = options.engineTerminal;
  const left = deferred<'elsewhere'>();
  const viewers = createViewers(flow);
  const isAttended = () => !ending && viewers.haveOwner();
  const pace = createPace({ ...options, isAttended, onChange: flow });

  function transcriptFrom(offset: number): Transcript {
    return createTranscript(KEPT_BYTES, {
      offset,
      onGone: (bytes) => (watch ??= createModeWatch()).see(bytes),
    });
  }

  function flow(): void {
    if (viewers.haveOwner()) stopAwaiting();
    pace.attendanceChanged();
    const isFull = awaited !== undefined && output.next - awaited > KEPT_BYTES - ONE_READ_BYTES;
    const held = !ending && (under > 0 || isFull || viewers.areHolding());
    if (held || pace.isHolding()) terminal.stream.pause();
    else terminal.stream.resume();
  }

  function stopAwaiting(): void {
    clearTimeout(awaiting);
    awaited = undefined;
  }

  function take(chunk: Buffer): void {
    pace.count(chunk.length, terminal.takeMessages?.() ?? 1);
    // What a shell that is being ended still prints is for nobody: a viewer that stands still must not keep it.
    if (ending) return;
    recorder?.output(output.next, chunk);
    output.add(chunk);
    if (output.next >= before) caughtUp.resolve();
    if (awaited !== undefined) flow();
    if (viewers.count() === 0) return;
    onActivity();
    viewers.tellOutput();
  }

  /** Carries one stream to its end. */
  async function carry(): Promise<TerminalOver | 'cut'> {
    const { stream } = terminal;
    stream.on('data', take);
    // Its close follows.
    stream.on('error', () => undefined);
    flow();
    return terminal.over;
  }

  async function again(): Promise<TerminalOver | 'cut'> {
    if (leaving) return 'elsewhere';
    if (ending) {
      await terminal.end();
      return { exitCode: undefined };
    }
    waiting = [];
    const coming = reconnect(output.next);
    const next = await Promise.race([coming, left.promise]);
    if (leaving) {
      coming.then(hangUp, () => undefined);
      return 'elsewhere';
    }
    if (next === 'elsewhere') return 'elsewhere';
    if (next === undefined) return { exitCode: undefined };
    terminal = next;
    if (terminal.offset !== output.next) {
      // Some output is missing: viewers must reconnect, and get a screen snapshot.
      watch = undefined;
      output = transcriptFrom(terminal.offset);
      caughtUp.resolve();
      viewers.drop();
    }
    for (const bytes of waiting) terminal.stream.write(bytes);
    waiting = undefined;
    reachable.resolve();
    reachable = deferred<void>();
    // If that fails, the caller asks for it again.
    if (ending) terminal.end().catch(() => undefined);
    return carry();
  }

  async function run(): Promise<TerminalOver> {
    const cuts: number[] = [];
    let end = await carry();
    while (end === 'cut') {
      const now = Date.now();
      cuts.push(now);
      if (cuts.filter((time) => time > now - CUTS_WITHIN_MS).length > CUTS) ending = true;
      end = await again();
    }
    return end;
  }

  function awaitOwner(taken: number): void {
    if (viewers.haveOwner()) return;
    stopAwaiting();
    awaited = taken;
    awaiting = setTimeout(() => {
      awaited = undefined;
      flow();
    }, AWAITED_MS).unref();
    flow();
  }

  // Each start of the service reads what the shells have kept.
  pace.spare(Math.min(Math.max(0, before - offset), KEPT_BYTES));
  // Who had it started is on the way.
  awaitOwner(output.next);
  if (output.next >= before) caughtUp.resolve();
  // How much that is, the machine says: nobody waits for ever.
  setTimeout(() => caughtUp.resolve(), CATCH_UP_MS).unref();
  void over.promise.then(() => caughtUp.resolve());
  void over.promise.then(pace.stop);
  run().then(over.resolve, () => over.resolve('elsewhere'));

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
    modes: () => watch?.setting() ?? Buffer.alloc(0),
    viewers,
    caughtUp: caughtUp.promise,
    typed: createTypedCounts(),
    async holdDuring(work) {
      under += 1;
      flow();
      try {
        return await work();
      } finally {
        under -= 1;
        flow();
      }
    },
    awaitOwner,
    input(bytes) {
      // Where it cannot be ended, nobody types there any more all the same.
      if (ending) return true;
      onActivity();
      recorder?.input(bytes);
      if (waiting) {
        waiting.push(bytes);
        return false;
      }
      return !terminal.stream.writable || terminal.stream.write(bytes);
    },
    async drained() {
      if (waiting) return reachable.promise;
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
    resize: createResizing(async (next) => {
      size = next;
      onResize(next);
      recorder?.resize(next);
      await terminal.resize(next.rows, next.cols);
    }),
    async redraw() {
      const { rows, cols } = size;
      await terminal.resize(rows, cols === 1 ? 2 : cols - 1);
      await terminal.resize(rows, cols);
    },
    async end() {
      ending = true;
      pace.stop();
      flow();
      await terminal.end();
    },
    leave() {
      leaving = true;
      left.resolve('elsewhere');
      terminal.stream.destroy();
    },
    over: over.promise,
  };
}

/** Of a connection that came too late. */
function hangUp(late: EngineTerminal | 'elsewhere' | undefined): void {
  if (late !== undefined && late !== 'elsewhere') late.stream.destroy();
}
