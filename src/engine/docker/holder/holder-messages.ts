/*
 * What is said with the holder of a shell (images/holder/holder.c): messages of one byte that says what
 * each is, three with the length, and the content.
 */

const HEAD_BYTES = 4;
/** The holder is a program in a learner's machine: nothing is believed of what it says. Longest words, in bytes. */
const MAX_WORDS = 1_024;

const kinds = { hello: 'h', output: 'o', exit: 'x', failure: 'f' } as const;
const OUTPUT = kinds.output.charCodeAt(0);

/** Content up to this length is moved byte by byte, since a call to the runtime would take longer. In bytes. */
const SHORT_BYTES = 64;

/** Takes what a holder says, piece by piece. */
export interface HolderListener {
  /** Bytes that the shell printed: all of one piece up to the next words, and how many messages came since the last ones. */
  output(bytes: Buffer, messages: number): void;
  /** Everything else. After `exit` or `failure`, nothing more is read. */
  words(kind: 'hello' | 'exit' | 'failure', text: string): void;
  /** It says something that no holder does. Nothing more is read. */
  nonsense(): void;
}

/**
 * Reads messages out of the pieces in which they come. Output is gathered in
 * the memory of the piece, which nobody else may use: a piece of the shortest messages costs no more of the heap
 * than one of long ones.
 */
export function createHolderReader(listener: HolderListener): (piece: Buffer) => void {
  const head = Buffer.alloc(HEAD_BYTES);
  let headRead = 0;
  let kind = 0;
  /** Bytes of the message's content that are still to come. */
  let left = 0;
  let words: Buffer = Buffer.alloc(0);
  let isGreeted = false;
  let isOver = false;
  let messages = 0;

  function fail(): void {
    isOver = true;
    listener.nonsense();
  }

  /** Whether there is such a message. */
  function begin(which: number, length: number): boolean {
    kind = which;
    left = length;
    // A flood of messages with nothing in them would take all of the service's time.
    return length > 0 && (which === OUTPUT || length <= MAX_WORDS);
  }

  function takeWords(bytes: Buffer): void {
    words = Buffer.concat([words, bytes]);
    if (left > 0) return;
    const text = words.toString();
    words = Buffer.alloc(0);
    const name = String.fromCharCode(kind);
    if (name === kinds.hello && !isGreeted) {
      isGreeted = true;
      listener.words('hello', text);
    } else if (name === kinds.exit || name === kinds.failure) {
      isOver = true;
      listener.words(name === kinds.exit ? 'exit' : 'failure', text);
    } else fail();
  }

  return (piece) => {
    let at = 0;
    /** Where the output is that was gathered. */
    let from = 0;
    let to = 0;

    function handOver(): void {
      if (to === from) return;
      const bytes = piece.subarray(from, to);
      const count = messages;
      from = to = at;
      messages = 0;
      listener.output(bytes, count);
    }

    function gather(end: number): void {
      if (to === from) from = to = at;
      if (to === at) to = end;
      else if (end - at > SHORT_BYTES) {
        piece.copyWithin(to, at, end);
        to += end - at;
      } else for (let place = at; place < end; place++) piece[to++] = piece[place] as number;
      at = end;
    }

    while (at < piece.length && !isOver) {
      if (left === 0) {
        let isKnown: boolean;
        if (headRead === 0 && at + HEAD_BYTES <= piece.length) {
          isKnown = begin(piece[at] as number, piece.readUIntBE(at + 1, 3));
          at += HEAD_BYTES;
        } else {
          const copied = piece.copy(head, headRead, at, at + HEAD_BYTES - headRead);
          headRead += copied;
          at += copied;
          if (headRead < HEAD_BYTES) break;
          headRead = 0;
          isKnown = begin(head[0] as number, head.readUIntBE(1, 3));
        }
        messages += 1;
        if (isKnown) continue;
        handOver();
        fail();
        break;
      }
      const end = Math.min(piece.length, at + left);
      left -= end - at;
      if (kind === OUTPUT) gather(end);
      else {
        handOver();
        const bytes = piece.subarray(at, end);
        at = end;
        takeWords(bytes);
      }
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
