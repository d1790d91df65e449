import { createTitleWatch } from './title-watch.ts';

const ESC = 0x1b;
const BRACKET = 0x5b;
const QUESTION_MARK = 0x3f;
const EXCLAMATION_MARK = 0x21;
/** The bytes = > c, which are a whole sequence with ESC. */
const alone = new Set([0x3d, 0x3e, 0x63]);

/** Longest sequence that is read, in bytes: it switches a dozen modes. */
const MAX_SEQUENCE = 64;

/** What follows ESC where modes are switched, a keypad, or all that was is over. */
const switching = /^(?:\[\?([\d;]+)([hl])|([=>])|(c|\[!p))/;

const alternateScreens = new Set(['47', '1047', '1049']);
const mice = new Set(['9', '1000', '1002', '1003']);
const encodings = new Set(['1006', '1016']);
/** What else stays as it was left: keys, wrapping, the cursor, focus, pasted text. */
const others = new Set(['1', '7', '25', '66', '1004', '2004']);

/** On unless a program switches them off. */
const usuallyOn = new Set(['7', '25']);

export type ModeWatch = ReturnType<typeof createModeWatch>;

/**
 * Remembers which modes, and which title, the output had left that is no longer kept. A program switches them once, when it
 * begins: of an editor or a terminal multiplexer that runs for hours, nothing that is kept tells that it has
 * the alternate screen, the mouse, or its own keys.
 */
export function createModeWatch() {
  /** By the kind of mode, of which one at a time is switched, what switches it so. */
  const left = new Map<string, string>();
  const title = createTitleWatch();
  let cut = Buffer.alloc(0);

  function set(mode: string, on: boolean): void {
    const kind = kindOf(mode);
    if (kind === undefined) return;
    if (on === usuallyOn.has(mode)) left.delete(kind);
    else left.set(kind, `\x1b[?${mode}${on ? 'h' : 'l'}`);
  }

  function read(sequence: string): void {
    const [, modes, verb, keypad, reset] = switching.exec(sequence) ?? [];
    for (const mode of modes?.split(';') ?? []) set(mode, verb === 'h');
    if (keypad) set('66', keypad === '=');
    if (reset === 'c') left.clear();
    else if (reset) for (const mode of others) left.delete(mode);
  }

  return {
    /** Is told all output in its order, in pieces cut anywhere. Costs little where nothing is switched. */
    see(piece: Buffer): void {
      title.see(piece);
      if (cut.length > 0) {
        cut = Buffer.concat([cut, piece.subarray(0, MAX_SEQUENCE)]);
        read(cut.toString('latin1', 1));
      }
      for (let at = piece.indexOf(ESC); at >= 0; at = piece.indexOf(ESC, at + 1)) {
        if (maySwitch(piece, at)) read(sequenceAt(piece, at));
      }
      const last = piece.lastIndexOf(ESC);
      if (last >= 0) cut = Buffer.from(piece.subarray(last, last + MAX_SEQUENCE));
      // A sequence that is whole by now, or never will be, is not read again.
      if (cut.length >= MAX_SEQUENCE || switching.test(cut.toString('latin1', 1))) cut = Buffer.alloc(0);
    },
    /** What leaves a terminal that was just reset with these modes, and this title. */
    setting: (): Buffer => Buffer.concat([Buffer.from([...left.values()].join('')), title.setting()]),
  };
}

/** Most sequences are colours and moves: told by their third byte, without making text of them. */
function maySwitch(piece: Buffer, at: number): boolean {
  const first = piece[at + 1] ?? 0;
  const second = piece[at + 2];
  return first === BRACKET ? second === QUESTION_MARK || second === EXCLAMATION_MARK : alone.has(first);
}

/** What follows ESC at `at`, up to the byte that ends it. */
function sequenceAt(piece: Buffer, at: number): string {
  let end = at + 3;
  while (end < at + MAX_SEQUENCE && isParameter(piece[end])) end++;
  return piece.toString('latin1', at + 1, end + 1);
}

function isParameter(byte = 0): boolean {
  return byte >= 0x30 && byte <= 0x3b;
}

function kindOf(mode: string): string | undefined {
  if (alternateScreens.has(mode)) return 'screen';
  if (mice.has(mode)) return 'mouse';
  if (encodings.has(mode)) return 'encoding';
  return others.has(mode) ? mode : undefined;
}
