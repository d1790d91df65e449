import { INTERRUPT } from './early-input.ts';
import { BRACKETS } from './pasted-text.ts';

/** Most bytes under way that the server has not taken: what is behind them, as Ctrl+C, has to wait for them. */
const UNDER_WAY_BYTES = 65_536;

/** Characters sent at a time. */
const PART = 8_192;

/** Most characters kept of what is typed behind a paste. */
const KEPT = 65_536;

/** How much of the pastes was sent, in characters. */
export interface PasteProgress {
  sent: number;
  of: number;
}

/** Where input goes. */
export interface InputPath {
  send: (text: string) => void;
  /** Bytes that are not taken yet; undefined while there is no connection. */
  waiting: () => number | undefined;
}

export interface PasteEvents {
  /** Undefined once there is nothing more to send. */
  onProgress: (progress: PasteProgress | undefined) => void;
  /** Resolves once the program has answered what it was sent last. */
  answered: () => Promise<void>;
}

/** What waits to be sent, cut where it is in the middle of. */
interface Piece {
  text: string;
  bracketed: boolean;
  begun: boolean;
}

/** Sends what is pasted part by part, as the shell takes it, and what is typed meanwhile behind it. */
export function createPasteQueue(path: InputPath, { onProgress, answered }: PasteEvents) {
  let pieces: Piece[] = [];
  let sent = 0;
  let typed = 0;
  let cutOff = false;

  function goOn(): void {
    for (let [piece] = pieces; piece && hasRoom(); [piece] = pieces) {
      if (!piece.begun && piece.bracketed) path.send(BRACKETS.begin);
      piece.begun = true;
      const part = piece.text.slice(0, endOfPart(piece.text));
      piece.text = piece.text.slice(part.length);
      sent += part.length;
      path.send(part);
      if (piece.text) continue;
      if (piece.bracketed) path.send(BRACKETS.end);
      pieces.shift();
    }
    if (cutOff) return;
    if (pieces.length === 0) forget();
    else onProgress({ sent, of: pieces.reduce((sum, { text }) => sum + text.length, sent) });
  }

  function hasRoom(): boolean {
    return !cutOff && (path.waiting() ?? Infinity) < UNDER_WAY_BYTES;
  }

  function forget(): void {
    pieces = [];
    typed = 0;
    sent = 0;
    onProgress(undefined);
  }

  /**
   * Ends the brackets before it interrupts: a terminal drops what is unread when it interrupts, and not all programs
   * take an interrupt for the end of brackets. What is typed waits until both were answered.
   */
  async function endBrackets(interrupt: string): Promise<void> {
    cutOff = true;
    for (const text of [BRACKETS.end, interrupt]) {
      path.send(text);
      await answered();
    }
    cutOff = false;
    goOn();
  }

  return {
    /** What is typed. Ctrl+C drops what was pasted and not sent. */
    input(text: string): void {
      const [current] = pieces;
      if (current && text.startsWith(INTERRUPT)) {
        const inBrackets = current.begun && current.bracketed;
        pieces = [];
        if (inBrackets) return void endBrackets(text);
        path.send(text);
        if (!cutOff) forget();
      } else if (pieces.length === 0 && !cutOff) path.send(text);
      else if ((typed += text.length) <= KEPT) pieces.push({ text, bracketed: false, begun: false });
    },

    /** Text as `pastedText` makes it. */
    paste(text: string, bracketed: boolean): void {
      if (!text) return;
      pieces.push({ text, bracketed, begun: false });
      goOn();
    },

    /** There is room again. */
    goOn,
  };
}

/** No character is cut in two: each part is encoded for itself. */
function endOfPart(text: string): number {
  const last = text.charCodeAt(PART - 1);
  return last >= 0xd800 && last <= 0xdbff ? PART + 1 : PART;
}
