import { createSequenceReader } from './sequence-reader.ts';

/**
 * The modes that a screen snapshot needs, by kind: of one kind, one mode at a time is on. DECSTR resets those from
 * `FIRST_SOFT` on: keys, wrapping, the cursor, the keypad, focus, pasted text.
 */
const kinds = [[47, 1047, 1049], [9, 1000, 1002, 1003], [1006, 1016], [1], [7], [25], [66], [1004], [2004]];
const FIRST_SOFT = 3;

const KEYPAD_MODE = 66;
/** On unless a program switches them off. */
const WRAPAROUND_MODE = 7;
const CURSOR_MODE = 25;

/** No mode has this number: the kind is as a reset terminal has it. */
const AS_RESET = 0;
/** Marks modes that no snapshot needs. */
const NO_KIND = -1;

/** Kind of each mode, by its number: a program may print nothing but modes, so each is looked up at once. */
const kindOf = new Int8Array(Math.max(...kinds.flat()) + 1).fill(NO_KIND);
for (const [kind, modes] of kinds.entries()) for (const mode of modes) kindOf[mode] = kind;

export type ModeWatch = ReturnType<typeof createModeWatch>;

/**
 * Remembers which modes, and which title, the output had left that is no longer kept. A program switches them once, when it
 * begins: of an editor or a terminal multiplexer that runs for hours, nothing that is kept tells that it has
 * the alternate screen, the mouse, or its own keys.
 */
export function createModeWatch() {
  /** By kind, the mode that is not as a reset terminal has it. */
  const left = new Int32Array(kinds.length);
  let title: Buffer = Buffer.alloc(0);

  function set(mode: number, on: boolean): void {
    const kind = kindOf[mode] ?? NO_KIND;
    if (kind !== NO_KIND) left[kind] = on === isUsuallyOn(mode) ? AS_RESET : mode;
  }

  const see = createSequenceReader({
    mode: set,
    keypad: (on) => set(KEYPAD_MODE, on),
    reset: (how) => void left.fill(AS_RESET, how === 'full' ? 0 : FIRST_SOFT),
    title: (bytes) => (title = bytes),
  });

  return {
    /** Is told all output in its order, in pieces cut anywhere. Each byte is looked at once. */
    see,
    /** What leaves a terminal that was just reset with these modes, and this title. */
    setting(): Buffer {
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
