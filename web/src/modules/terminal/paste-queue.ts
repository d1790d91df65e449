import { INTERRUPT } from './typing.ts';
import { BRACKETS } from './pasted-text.ts';

/** Maximum number of bytes sent but not acknowledged. Later input, such as Ctrl+C, waits behind them. */
const MAX_IN_FLIGHT_BYTES = 65_536;

/** Characters sent at once. */
const PART = 8_192;

/** Maximum number of characters of typed input that wait behind a paste. */
const MAX_TYPED = 65_536;

/** Progress of the waiting pastes, in characters. */
export interface PasteProgress {
  sent: number;
  of: number;
}

/** The connection that input is sent to. */
export interface InputTarget {
  send: (text: string) => void;
  /** Bytes that the service has not acknowledged; undefined while disconnected. */
  waiting: () => number | undefined;
}

interface PasteEvents {
  /** Called with undefined once everything is sent. */
  onProgress: (progress: PasteProgress | undefined) => void;
  /** Resolves once the program has answered the last input. */
  answered: () => Promise<void>;
}

/** A waiting text; parts that were sent are cut off. */
interface Piece {
  text: string;
  bracketed: boolean;
  started: boolean;
}

/** Sends pasted text in parts, as fast as the shell reads it. Input typed meanwhile is sent after it. */
export function createPasteQueue(target: InputTarget, { onProgress, answered }: PasteEvents) {
  let pieces: Piece[] = [];
  let sent = 0;
  let typed = 0;
  let interrupting = false;

  function sendMore(): void {
    for (let [piece] = pieces; piece && hasCapacity(); [piece] = pieces) {
      if (!piece.started && piece.bracketed) target.send(BRACKETS.begin);
      piece.started = true;
      const part = piece.text.slice(0, endOfPart(piece.text));
      piece.text = piece.text.slice(part.length);
      sent += part.length;
      target.send(part);
      if (piece.text) continue;
      if (piece.bracketed) target.send(BRACKETS.end);
      pieces.shift();
    }
    if (interrupting) return;
    if (pieces.length === 0) reset();
    else onProgress({ sent, of: pieces.reduce((sum, { text }) => sum + text.length, sent) });
  }

  function hasCapacity(): boolean {
    return !interrupting && (target.waiting() ?? Infinity) < MAX_IN_FLIGHT_BYTES;
  }

  function reset(): void {
    pieces = [];
    typed = 0;
    sent = 0;
    onProgress(undefined);
  }

  /**
   * Ends a bracketed paste, then interrupts. A terminal drops unread input on an interrupt, and not every program ends
   * the paste then. Typed input waits until the program has answered both.
   */
  async function endBrackets(interrupt: string): Promise<void> {
    interrupting = true;
    for (const text of [BRACKETS.end, interrupt]) {
      target.send(text);
      await answered();
    }
    interrupting = false;
    sendMore();
  }

  return {
    /** Sends typed input. Ctrl+C drops pasted text that was not sent. */
    input(text: string): void {
      const [current] = pieces;
      if (current && text.startsWith(INTERRUPT)) {
        const inBrackets = current.started && current.bracketed;
        pieces = [];
        if (inBrackets) return void endBrackets(text);
        target.send(text);
        if (!interrupting) reset();
      } else if (pieces.length === 0 && !interrupting) target.send(text);
      else if ((typed += text.length) <= MAX_TYPED) pieces.push({ text, bracketed: false, started: false });
    },

    /** Queues a text from `pastedText`. */
    paste(text: string, bracketed: boolean): void {
      if (!text) return;
      pieces.push({ text, bracketed, started: false });
      sendMore();
    },

    /** Sends more, after the service has acknowledged input. */
    sendMore,
  };
}

/** Returns the end of the first part. A surrogate pair is not split, because each part is encoded separately. */
function endOfPart(text: string): number {
  const last = text.charCodeAt(PART - 1);
  return last >= 0xd800 && last <= 0xdbff ? PART + 1 : PART;
}
