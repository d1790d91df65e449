import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { deferred } from '../../../core/deferred.ts';
import { parseLeader } from '../exec/shell-leader.ts';
import type { Leader } from '../exec/shell-leader.ts';
import { createHolderReader, toHolder } from './holder-messages.ts';

/** What the holder said when it was connected to. */
export interface Hello {
  /** The shell, or what waits to become it; undefined where there will be none. */
  leader: Leader | undefined;
  /** Number of the oldest byte of its output that is kept. */
  firstKept: number;
  /** Bytes that the shell has printed by now. */
  printed: number;
}

/** How what is held came to its end: its exit code, or why it never began. */
export type HeldEnd = { exitCode: number } | { problem: string };

/**
 * The terminal of a held shell as a stream of its bytes. It ends when the shell has ended and all that
 * it printed was read; destroying it hangs up, and the shell goes on.
 */
export class HeldStream extends Duplex {
  /** Resolves with what the holder says first; undefined when it goes before. */
  readonly hello: Promise<Hello | undefined>;
  /** Resolves when the connection is over: undefined when it was cut, and the shell may go on. */
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
    // Whatever went wrong, its close follows.
    socket.on('error', () => undefined);
    const over = deferred<HeldEnd | undefined>();
    this.over = over.promise;
    const settle = () => {
      hello.resolve(undefined);
      if (this.#end) this.push(null);
      else this.destroy();
      over.resolve(this.#end);
    };
    // Who listens at the other end can be gone before anybody listens at this one.
    if (socket.closed) settle();
    else socket.once('close', settle);
  }

  /** How many messages came since this was last asked. */
  takeMessages(): number {
    const messages = this.#messages;
    this.#messages = 0;
    return messages;
  }

  /** Lets the shell begin if it waits, and asks for its output from byte `from` on. */
  attach(rows: number, cols: number, from = 0): void {
    this.#socket.write(toHolder.attach(rows, cols, from));
  }

  resize(rows: number, cols: number): void {
    const isWaited = this.#size !== undefined;
    this.#size = { rows, cols };
    if (!isWaited) this.#tellSize();
  }

  /** Of the sizes that come while what was said before is unread, only the last is told. */
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

/** What is said is a learner's machine's word: whatever does not fit is none. */
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
