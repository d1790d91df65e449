import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { deferred } from '../../../core/async.ts';
import { parseLeader } from '../exec/shell-leader.ts';
import type { Leader } from '../exec/shell-leader.ts';
import { createHolderReader, toHolder } from './holder-messages.ts';

/** The agent's first message on a new connection. */
export interface Hello {
  /** The shell, or the process that will become it; undefined if the shell cannot start. */
  leader: Leader | undefined;
  /** Number of the oldest buffered byte of its output. */
  firstKept: number;
  /** Number of bytes that the shell has printed. */
  printed: number;
}

/** How the shell ended: its exit code, or why it never started. */
export type HeldEnd = { exitCode: number } | { problem: string };

/**
 * The terminal of an agent's shell as a stream of bytes. It ends when the shell has ended and all of its
 * output was read. Destroying it disconnects, and the shell keeps running.
 */
export class HeldStream extends Duplex {
  /** Resolves with the agent's first message; undefined if it disconnects before. */
  readonly hello: Promise<Hello | undefined>;
  /** Resolves when the connection has ended: undefined if it was lost, and the shell may still run. */
  readonly over: Promise<HeldEnd | undefined>;
  readonly #socket: Socket;
  #messages = 0;
  #end: HeldEnd | undefined;
  #size: { rows: number; cols: number } | undefined;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    const hello = deferred<Hello | undefined>();
    this.hello = hello.promise;
    const read = createHolderReader({
      output: (bytes, messages) => {
        this.#messages += messages;
        if (!this.push(bytes)) socket.pause();
      },
      words: (kind, text) => {
        if (kind === 'hello') hello.resolve(parseHello(text));
        else this.#finish(parseEnd(kind, text));
      },
      nonsense: () => socket.destroy(),
    });
    socket.on('data', read);
    // After any error, the close event follows.
    socket.on('error', () => undefined);
    const over = deferred<HeldEnd | undefined>();
    this.over = over.promise;
    const settle = () => {
      hello.resolve(undefined);
      if (this.#end) this.push(null);
      else this.destroy();
      over.resolve(this.#end);
    };
    // The peer can close the connection before this code adds its listeners.
    if (socket.closed) settle();
    else socket.once('close', settle);
  }

  /** Returns the number of messages since the last call. */
  takeMessages(): number {
    const messages = this.#messages;
    this.#messages = 0;
    return messages;
  }

  /** Starts the shell if it waits, and requests its output from byte `from` on. */
  attach(rows: number, cols: number, from = 0): void {
    this.#socket.write(toHolder.attach(rows, cols, from));
  }

  resize(rows: number, cols: number): void {
    const isWaited = this.#size !== undefined;
    this.#size = { rows, cols };
    if (!isWaited) this.#tellSize();
  }

  /** Sends only the newest size if several arrive while earlier messages are unsent. */
  #tellSize(): void {
    if (this.#socket.writableNeedDrain) {
      this.#socket.once('drain', () => this.#tellSize());
      return;
    }
    if (this.#size && this.#socket.writable) {
      this.#socket.write(toHolder.resize(this.#size.rows, this.#size.cols));
    }
    this.#size = undefined;
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    if (!this.#socket.writable || this.#socket.write(toHolder.input(bytes))) return done();
    const settle = () => {
      this.#socket.off('drain', settle).off('close', settle);
      done();
    };
    this.#socket.on('drain', settle).on('close', settle);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #finish(end: HeldEnd | undefined): void {
    this.#end = end;
    this.#socket.destroy();
  }
}

/** Parses the first message. It comes from a learner's machine: anything invalid is ignored. */
function parseHello(text: string): Hello | undefined {
  const [pid, , startTime, firstKept, printed] = text.split(' ');
  const [isFirst, isPrinted] = [firstKept, printed].map((number) => /^\d{1,15}$/.test(number ?? ''));
  if (!isFirst || !isPrinted) return undefined;
  const leader = parseLeader(pid, startTime);
  return leader || pid === '0'
    ? { leader, firstKept: Number(firstKept), printed: Number(printed) }
    : undefined;
}

function parseEnd(kind: 'exit' | 'failure', text: string): HeldEnd | undefined {
  if (kind === 'failure') return { problem: text };
  return /^\d{1,3}$/.test(text) ? { exitCode: Number(text) } : undefined;
}
