/*
 * The messages between the service and the agent of a shell (see its C source). A message has one byte for its
 * kind, three bytes for its length, and the content.
 */

const HEAD_BYTES = 4;
/**
 * Longest text message, in bytes. The agent runs in a learner's machine: nothing that it sends is trusted.
 */
const MAX_WORDS = 1_024;

const kinds = { hello: 'h', output: 'o', exit: 'x', failure: 'f' } as const;
const OUTPUT = kinds.output.charCodeAt(0);

/** Longest content that is copied byte by byte, in bytes: a call to the runtime would take longer. */
const SHORT_BYTES = 64;

/** Receives an agent's messages, chunk by chunk. */
interface HolderListener {
  /**
   * Output of the shell: everything in one chunk up to the next text message, and the number of messages
   * since the last call.
   */
  output(bytes: Buffer, messages: number): void;
  /** Any other message. After `exit` or `failure`, nothing more is read. */
  words(kind: 'hello' | 'exit' | 'failure', text: string): void;
  /** An invalid message. Nothing more is read. */
  nonsense(): void;
}

/**
 * Reads messages from the chunks in which they arrive. It moves output together within the chunk's own
 * memory, which nobody else may use: a chunk of very short messages needs no more memory than one of long
 * messages.
 */
export function createHolderReader(listener: HolderListener): (piece: Buffer) => void {
  const head = Buffer.alloc(HEAD_BYTES);
  let headRead = 0;
  let kind = 0;
  /** Remaining bytes of the message's content. */
  let left = 0;
  let words: Buffer = Buffer.alloc(0);
  let isGreeted = false;
  let isOver = false;
  let messages = 0;

  function fail(): void {
    isOver = true;
    listener.nonsense();
  }

  /** Returns whether the header is valid. */
  function begin(which: number, length: number): boolean {
    kind = which;
    left = length;
    // A flood of empty messages would use all of the service's time.
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
    /** Start of the collected output. */
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

/** Builds the service's messages to an agent. */
export const toHolder = {
  /** Starts the shell if it waits, at this size, and requests its output from this byte on. */
  attach: (rows: number, cols: number, from: number) => message('a', Buffer.from(`${rows} ${cols} ${from}`)),
  resize: (rows: number, cols: number) => message('s', Buffer.from(`${rows} ${cols}`)),
  /** Typed bytes. */
  input: (bytes: Buffer) => message('i', bytes),
};

function message(kind: string, content: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + content.length);
  bytes.write(kind, 0, 'latin1');
  bytes.writeUIntBE(content.length, 1, 3);
  content.copy(bytes, HEAD_BYTES);
  return bytes;
}
