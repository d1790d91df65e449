/** The position in an escape sequence after the last byte. */
export const state = {
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
export const action = {
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
export const steps = buildSteps();

function buildSteps(): Uint8Array {
  const table = new Uint8Array(STATES * 256);
  const on = (from: number, bytes: string, to: number, does: number = action.nothing) => {
    for (const byte of bytes) table[from * 256 + byte.charCodeAt(0)] = to | (does << 4);
  };
  // By default, a byte leads outside, and ESC starts a sequence and aborts the current one.
  for (let from = 0; from < STATES; from++) on(from, '\x1b', state.afterEsc);

  for (const from of [state.afterEsc, state.escInTitle]) {
    on(from, '[', state.inCsi);
    on(from, ']', state.inOsc);
    on(from, '=', state.outside, action.keypadOn);
    on(from, '>', state.outside, action.keypadOff);
    on(from, 'c', state.outside, action.resetAll);
  }
  on(state.inCsi, '?', state.inModes, action.beginModes);
  on(state.inModes, '0123456789', state.inModes, action.digit);
  on(state.inModes, ';', state.inModes, action.nextMode);
  on(state.inModes, 'h', state.outside, action.setModes);
  on(state.inModes, 'l', state.outside, action.resetModes);
  on(state.inCsi, '!', state.afterExclamationMark);
  on(state.afterExclamationMark, 'p', state.outside, action.resetSoft);

  on(state.inOsc, '02', state.afterTitleNumber);
  on(state.afterTitleNumber, ';', state.inTitle, action.beginTitle);
  // Control characters abort a title.
  for (let byte = 0x20; byte < 256; byte++) {
    if (byte !== 0x7f) on(state.inTitle, String.fromCharCode(byte), state.inTitle);
  }
  on(state.inTitle, '\x1b', state.escInTitle);
  on(state.inTitle, '\x07', state.outside, action.endTitle);
  on(state.escInTitle, '\\', state.outside, action.endTitleBefore);
  return table;
}
