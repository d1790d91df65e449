import { createSequenceReader } from './sequence-reader.ts';

/**
 * The modes that a screen snapshot needs, by kind. At most one mode of a kind is on. DECSTR resets the kinds from
 * `FIRST_SOFT` on: keys, wrapping, cursor, keypad, focus, bracketed paste.
 */
const kinds = [[47, 1047, 1049], [9, 1000, 1002, 1003], [1006, 1016], [1], [7], [25], [66], [1004], [2004]];
const FIRST_SOFT = 3;

const KEYPAD_MODE = 66;
/** On by default. */
const WRAPAROUND_MODE = 7;
const CURSOR_MODE = 25;

/** Not a mode number: the kind is in its default state. */
const AS_RESET = 0;
/** Marks modes that snapshots do not need. */
const NO_KIND = -1;

/** Kind of each mode by its number. A table, because a program may print only modes. */
const kindOf = new Int8Array(Math.max(...kinds.flat()) + 1).fill(NO_KIND);
for (const [kind, modes] of kinds.entries()) for (const mode of modes) kindOf[mode] = kind;

export type ModeWatch = ReturnType<typeof createModeWatch>;

/**
 * Tracks the modes and the title at the end of discarded output. A program sets them once, when it starts. For an
 * editor that runs for hours, the buffered output no longer shows that it uses the alternate screen, the mouse, or
 * application keys.
 */
export function createModeWatch() {
  /** By kind, the mode that differs from the default. */
  const left = new Int32Array(kinds.length);
  let title: Buffer = Buffer.alloc(0);

  function set(mode: number, on: boolean): void {
    const kind = kindOf[mode] ?? NO_KIND;
    if (kind !== NO_KIND) left[kind] = on === isUsuallyOn(mode) ? AS_RESET : mode;
  }

  const read = createSequenceReader({
    mode: set,
    keypad: (on) => set(KEYPAD_MODE, on),
    reset: (how) => void left.fill(AS_RESET, how === 'full' ? 0 : FIRST_SOFT),
    title: (bytes) => (title = bytes),
  });

  return {
    /** Reads output in order, in pieces that may be cut anywhere. Looks at each byte once. */
    read,
    /** Returns the sequences that set these modes and this title on a terminal that was just reset. */
    sequences(): Buffer {
      const modes = [...left].filter((mode) => mode !== AS_RESET);
      const switched = modes.map((mode) => `\x1b[?${mode}${isUsuallyOn(mode) ? 'l' : 'h'}`).join('');
      return Buffer.concat([Buffer.from(switched), titleSetting(title)]);
    },
  };
}

function titleSetting(title: Buffer): Buffer {
  return title.length === 0 ? title : Buffer.concat([Buffer.from('\x1b]2;'), title, Buffer.from('\x1b\\')]);
}

const isUsuallyOn = (mode: number): boolean => mode === WRAPAROUND_MODE || mode === CURSOR_MODE;
