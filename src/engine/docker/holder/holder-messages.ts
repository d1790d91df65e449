/*
 * What is said with the holder of a shell (images/holder/holder.c): messages of one byte that says what
 * each is, three with the length, and the content.
 */

const HEAD_BYTES = 4;
/** The holder is a program in a learner's machine: nothing is believed of what it says. Longest words, in bytes. */
const MAX_WORDS = 1_024;

const kinds = { hello: 'h', output: 'o', exit: 'x', failure: 'f' } as const;
const OUTPUT = kinds.output.charCodeAt(0);

/** Takes what a holder says, piece by piece. */
export interface HolderListener {
  /** Bytes that the shell printed: all of one piece up to the next words, of however many messages. */
  output(bytes: Buffer): void;
  /** Everything else. */
  words(kind: 'hello' | 'exit' | 'failure', text: string): void;
  /** It says something that no holder does. */
  nonsense(): void;
}

/** Reads messages out of the pieces in which they come. */
export function createHolderReader(listener: HolderListener): (piece: Buffer) => void {
  const head = Buffer.alloc(HEAD_BYTES);
  let headRead = 0;
  let kind = 0;
  let left = 0;
  let words: Buffer = Buffer.alloc(0);
  const state = { broken: false, greeted: false };
  let printed: Buffer[] = [];

  function handOver(): void {
    const [only, ...more] = printed;
    printed = [];
    if (only) listener.output(more.length === 0 ? only : Buffer.concat([only, ...more]));
  }

  function fail(): void {
    handOver();
    state.broken = true;
    listener.nonsense();
  }

  function begin(): void {
    kind = head[0] ?? 0;
    left = head.readUIntBE(1, 3);
    headRead = 0;
    words = Buffer.alloc(0);
    // A flood of messages with nothing in them would take all of the service's time.
    if (left === 0 || (kind !== OUTPUT && left > MAX_WORDS)) fail();
  }

  function take(bytes: Buffer): void {
    left -= bytes.length;
    if (kind === OUTPUT) {
      printed.push(bytes);
      return;
    }
    handOver();
    words = Buffer.concat([words, bytes]);
    if (left > 0) return;
    const name = String.fromCharCode(kind);
    if (name === kinds.hello && !state.greeted) {
      state.greeted = true;
      listener.words('hello', words.toString());
    } else if (name === kinds.exit) listener.words('exit', words.toString());
    else if (name === kinds.failure) listener.words('failure', words.toString());
    else fail();
  }

  return (piece) => {
    let at = 0;
    while (at < piece.length && !state.broken) {
      if (left === 0) {
        const copied = piece.copy(head, headRead, at, at + HEAD_BYTES - headRead);
        headRead += copied;
        at += copied;
        if (headRead === HEAD_BYTES) begin();
        continue;
      }
      const end = Math.min(piece.length, at + left);
      take(piece.subarray(at, end));
      at = end;
    }
    handOver();
  };
}

/** What its viewer tells a holder. */
export const toHolder = {
  /** Lets the shell begin if it waits, at this size, and asks for its output from this byte on. */
  attach: (rows: number, cols: number, from: number) => message('a', Buffer.from(`${rows} ${cols} ${from}`)),
  resize: (rows: number, cols: number) => message('s', Buffer.from(`${rows} ${cols}`)),
  /** Bytes that were typed. */
  input: (bytes: Buffer) => message('i', bytes),
};

function message(kind: string, content: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + content.length);
  bytes.write(kind, 0, 'latin1');
  bytes.writeUIntBE(content.length, 1, 3);
  content.copy(bytes, HEAD_BYTES);
  return bytes;
}
