/** The position in an escape sequence after the last byte. */
const states = {
  outside: 0,
  afterEsc: 1,
  inCsi: 2,
  inModes: 3,
  afterExclamationMark: 4,
  inOsc: 5,
  afterTitleNumber: 6,
  inTitle: 7,
  escInTitle: 8,
} as const;

/** The action of a byte in addition to the state change. */
const action = {
  nothing: 0,
  digit: 1,
  nextMode: 2,
  setModes: 3,
  resetModes: 4,
  beginModes: 5,
  keypadOn: 6,
  keypadOff: 7,
  resetAll: 8,
  resetSoft: 9,
  beginTitle: 10,
  /** BEL ends the title. */
  endTitle: 11,
  /** The backslash of ESC \ ends the title, one byte after its end. */
  endTitleBefore: 12,
} as const;

/** States fit in the lower four bits of a step. */
const STATES = 16;

/** Indexed by 256 × state + byte: the lower four bits are the next state, the higher ones the action. */
const steps = buildSteps();

function buildSteps(): Uint8Array {
  const table = new Uint8Array(STATES * 256);
  const on = (from: number, bytes: string, to: number, does: number = action.nothing) => {
    for (const byte of bytes) table[from * 256 + byte.charCodeAt(0)] = to | (does << 4);
  };
  // By default, a byte leads outside, and ESC starts a sequence and aborts the current one.
  for (let from = 0; from < STATES; from++) on(from, '\x1b', states.afterEsc);

  for (const from of [states.afterEsc, states.escInTitle]) {
    on(from, '[', states.inCsi);
    on(from, ']', states.inOsc);
    on(from, '=', states.outside, action.keypadOn);
    on(from, '>', states.outside, action.keypadOff);
    on(from, 'c', states.outside, action.resetAll);
  }
  on(states.inCsi, '?', states.inModes, action.beginModes);
  on(states.inModes, '0123456789', states.inModes, action.digit);
  on(states.inModes, ';', states.inModes, action.nextMode);
  on(states.inModes, 'h', states.outside, action.setModes);
  on(states.inModes, 'l', states.outside, action.resetModes);
  on(states.inCsi, '!', states.afterExclamationMark);
  on(states.afterExclamationMark, 'p', states.outside, action.resetSoft);

  on(states.inOsc, '02', states.afterTitleNumber);
  on(states.afterTitleNumber, ';', states.inTitle, action.beginTitle);
  // Control characters abort a title.
  for (let byte = 0x20; byte < 256; byte++) {
    if (byte !== 0x7f) on(states.inTitle, String.fromCharCode(byte), states.inTitle);
  }
  on(states.inTitle, '\x1b', states.escInTitle);
  on(states.inTitle, '\x07', states.outside, action.endTitle);
  on(states.escInTitle, '\\', states.outside, action.endTitleBefore);
  return table;
}

/** Longest remembered title, in bytes: nobody reads more of it. */
const MAX_TITLE = 1_024;

/** Not a byte position. */
const NONE = -1;

/**
 * Collects the last title in a piece of output, by its start and end: only one title per piece is copied. `title`
 * receives each in newly allocated memory.
 */
function createTitleCollector({ title }: { title(bytes: Buffer): void }) {
  /** The start of an incomplete title, from earlier pieces. */
  let earlier = Buffer.alloc(0);
  let start = 0;
  let isContinued = false;
  /** Position of the last complete title; the end is -1 if the piece has no title. */
  let lastStart = 0;
  let lastEnd = NONE;
  let isLastContinued = false;

  function finish(piece: Buffer): void {
    if (lastEnd === NONE) return;
    const rest = piece.subarray(lastStart, lastEnd);
    lastEnd = NONE;
    const length = rest.length + (isLastContinued ? earlier.length : 0);
    if (length <= MAX_TITLE) title(isLastContinued ? Buffer.concat([earlier, rest]) : Buffer.from(rest));
  }

  /** Keeps the start of an incomplete title, up to one byte more than the maximum. */
  function keep(piece: Buffer, end: number): void {
    const rest = piece.subarray(start, Math.min(end, start + MAX_TITLE + 1));
    earlier = isContinued ? Buffer.concat([earlier, rest]).subarray(0, MAX_TITLE + 1) : Buffer.from(rest);
    isContinued = true;
    start = 0;
  }

  return {
    /** A title starts at this byte of the piece. */
    start(at: number): void {
      start = at;
      isContinued = false;
    },
    /**
     * The title ends before this byte of the piece. The position may be -1 if the previous piece ended with the byte
     * before it.
     */
    end(at: number): void {
      lastStart = start;
      lastEnd = at > start ? at : start;
      isLastContinued = isContinued;
    },
    /** Ends the piece. If `openEnd` is a number, an incomplete title has its bytes before that. */
    endPiece(piece: Buffer, openEnd: number | undefined): void {
      finish(piece);
      if (openEnd === undefined) isContinued = false;
      else keep(piece, openEnd);
    },
  };
}

const ESC = 0x1b;
const ZERO = 0x30;

/**
 * Number of bytes outside sequences that are read one by one before a search for ESC starts: if ESC is near, starting a
 * search costs more.
 */
const NEAR_BYTES = 32;

/** Maximum number of modes that one sequence sets; further ones are ignored. */
const MAX_MODES = 32;

/** Larger than any mode. Larger numbers count as this one, so the value stays bounded. */
const NO_MODE = 100_000;

interface SequenceListener {
  /** The output sets or resets a DEC private mode. */
  mode(mode: number, on: boolean): void;
  /** The output sets or resets the application keypad mode. */
  keypad(on: boolean): void;
  /** The output resets the whole terminal, or only modes of keys and cursor (DECSTR). */
  reset(how: 'full' | 'soft'): void;
  /** The last title in a piece. */
  title(bytes: Buffer): void;
}

/**
 * Creates a reader of the modes and titles that a terminal's output sets. Pieces may be cut anywhere. It looks at each
 * byte once: a program may print only escape sequences.
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
        return title.start(at + 1);
      case action.endTitle:
        return title.end(at);
      case action.endTitleBefore:
        return title.end(at - 1);
    }
  }

  return (piece) => {
    const { length } = piece;
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
    title.endPiece(piece, openTitleEnd(state, length));
  };
}

/** Returns where the bytes of an incomplete title end in a piece of this length; undefined without one. */
function openTitleEnd(state: number, length: number): number | undefined {
  if (state === states.inTitle) return length;
  return state === states.escInTitle ? length - 1 : undefined;
}
