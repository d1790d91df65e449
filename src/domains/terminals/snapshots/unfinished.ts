import { unfinishedCharacter } from '../unfinished-character.ts';

const ESC = '\x1b';

/** Single characters that begin what ESC [ and ESC ] begin. */
const CSI = '\u009b';
const OSC = '\u009d';

/** The first byte that is no control character. */
const SPACE = 0x20;

/** Longest sequence that is told as far as it came, in bytes; no program writes longer ones. */
const MAX_SEQUENCE = 256;

// Of the states of xterm.js's parser: common/parser/Constants.ts there.
const NOTHING_BEGUN = 0;
const IN_APC = 7;
const IN_OSC = 8;
const IN_DCS = new Set([9, 10, 11, 12, 13]);

/** What has told nothing yet, a title, or a link: what follows the two bytes that begin a string. */
const harmless = /^(?:\d?|[0128];[^]*)$/;

/**
 * What the next bytes of the program go on with, where `output` ends within a sequence or a character: without
 * it their rest would be printed as text. The beginning of most strings is told as one that does nothing, since it
 * can be anything, such as what sets the clipboard.
 */
export function unfinished(output: Buffer, parserState: number): Buffer {
  if (parserState === NOTHING_BEGUN) return unfinishedCharacter(output);
  if (parserState === IN_APC) return Buffer.from(`${ESC}_`);
  if (IN_DCS.has(parserState)) return Buffer.from(`${ESC}P9999~`);
  const sequence = begunLast(output);
  const isLong = sequence.length > MAX_SEQUENCE;
  if (parserState === IN_OSC && (isLong || !harmless.test(sequence.slice(2))))
    return Buffer.from(`${ESC}]9999;`);
  return Buffer.from(isLong ? `${ESC}[0<` : sequence, 'latin1');
}

/** Each byte a character. Control characters within a sequence were carried out already. */
function begunLast(output: Buffer): string {
  const begun = Math.max(output.lastIndexOf(ESC), output.lastIndexOf(CSI), output.lastIndexOf(OSC));
  const bytes = output.subarray(Math.max(0, begun)).filter((byte, at) => at === 0 || byte >= SPACE);
  return Buffer.from(bytes).toString('latin1');
}
