import { action, state as states, steps } from './sequence-table.ts';

/** Longest title that is remembered, in bytes: nobody reads more of it. */
const MAX_TITLE = 1_024;

/** No byte has this number. */
const NONE = -1;

/**
 * Gathers the title that is set last in a piece of output, by where it begins and ends: however many titles a piece
 * sets, one is copied. `title` is given each in memory of its own.
 */
function createTitleCollector({ title }: { title(bytes: Buffer): void }) {
  /** What earlier pieces have of a title that is not whole yet. */
  let earlier = Buffer.alloc(0);
  let begin = 0;
  let isContinued = false;
  /** Of the last whole title; its end is -1 where the piece has none. */
  let lastBegin = 0;
  let lastEnd = NONE;
  let isLastContinued = false;

  function finish(piece: Buffer): void {
    if (lastEnd === NONE) return;
    const rest = piece.subarray(lastBegin, lastEnd);
    lastEnd = NONE;
    const length = rest.length + (isLastContinued ? earlier.length : 0);
    if (length <= MAX_TITLE) title(isLastContinued ? Buffer.concat([earlier, rest]) : Buffer.from(rest));
  }

  /** What was begun, up to one byte more than a title may have. */
  function keep(piece: Buffer, end: number): void {
    const rest = piece.subarray(begin, Math.min(end, begin + MAX_TITLE + 1));
    earlier = isContinued ? Buffer.concat([earlier, rest]).subarray(0, MAX_TITLE + 1) : Buffer.from(rest);
    isContinued = true;
    begin = 0;
  }

  return {
    /** A title begins at this byte of the piece. */
    begin(at: number): void {
      begin = at;
      isContinued = false;
    },
    /** The title ends before this byte of the piece; it may be -1, where the byte before ended the last piece. */
    end(at: number): void {
      lastBegin = begin;
      lastEnd = at > begin ? at : begin;
      isLastContinued = isContinued;
    },
    /** No more of the piece follows; where `begunEnd` is a number, a title that goes on has its bytes before that. */
    endPiece(piece: Buffer, begunEnd: number | undefined): void {
      finish(piece);
      if (begunEnd === undefined) isContinued = false;
      else keep(piece, begunEnd);
    },
  };
}

const ESC = 0x1b;
const ZERO = 0x30;

/** Bytes that are read one by one outside sequences before a search starts: where ESC is near, starting one costs more than this. */
const NEAR_BYTES = 32;

/** Most modes that one sequence switches; what comes after them in it is ignored. */
const MAX_MODES = 32;

/** Above every mode there is; larger numbers count as this one, so that no number grows without end. */
const NO_MODE = 100_000;

export interface SequenceListener {
  /** The output switches a DEC private mode. */
  mode(mode: number, on: boolean): void;
  /** The output switches the application keypad. */
  keypad(on: boolean): void;
  /** The output resets the whole terminal, or by DECSTR the modes of keys and cursor alone. */
  reset(how: 'full' | 'soft'): void;
  /** The last title that a piece sets, in memory that is used again. */
  title(bytes: Buffer): void;
}

/**
 * Reads which modes and titles a terminal's output sets, in pieces cut anywhere. It looks at each byte once,
 * whatever the output is: a program may print nothing but escape sequences.
 */
export function createSequenceReader(listener: SequenceListener): (piece: Buffer) => void {
  const { mode: onMode, keypad: onKeypad, reset: onReset } = listener;
  const modes = new Int32Array(MAX_MODES);
  const title = createTitleCollector(listener);
  let state: number = states.outside;
  let count = 0;
  let number = 0;

  function addMode(): void {
    if (count < MAX_MODES) modes[count++] = number;
    number = 0;
  }

  function switchModes(on: boolean): void {
    addMode();
    for (let at = 0; at < count; at++) onMode(modes[at] as number, on);
  }

  function act(what: number, at: number): void {
    switch (what) {
      case action.nextMode:
        return addMode();
      case action.setModes:
        return switchModes(true);
      case action.resetModes:
        return switchModes(false);
      case action.beginModes:
        count = number = 0;
        return;
      case action.keypadOn:
        return onKeypad(true);
      case action.keypadOff:
        return onKeypad(false);
      case action.resetAll:
        return onReset('full');
      case action.resetSoft:
        return onReset('soft');
      case action.beginTitle:
        return title.begin(at + 1);
      case action.endTitle:
        return title.end(at);
      case action.endTitleBefore:
        return title.end(at - 1);
    }
  }

  return (piece) => {
    const { length } = piece;
    // Variables of this function: a variable of another module is looked up for each byte.
    const table = steps;
    const { digit } = action;
    const { outside } = states;
    let current = state;
    let quiet = 0;
    for (let at = 0; at < length; at++) {
      const byte = piece[at] as number;
      const step = table[(current << 8) | byte] as number;
      current = step & 15;
      const what = step >> 4;
      if (what === digit) number = number < NO_MODE ? number * 10 + byte - ZERO : NO_MODE;
      else if (what !== 0) act(what, at);
      if (step !== outside) quiet = 0;
      else if (++quiet > NEAR_BYTES) {
        const found = piece.indexOf(ESC, at + 1);
        if (found < 0) break;
        at = found - 1;
        quiet = 0;
      }
    }
    state = current;
    title.endPiece(piece, begunTitleEnd(state, length));
  };
}

/** Where in a piece of that length the bytes of a title end that the next piece goes on with. */
function begunTitleEnd(state: number, length: number): number | undefined {
  if (state === states.inTitle) return length;
  return state === states.escInTitle ? length - 1 : undefined;
}
