import { unfinishedCharacter } from '../utf8.ts';

const LINE_FEED = 0x0a;
const ESC = '\x1b';

/** How far from the start a line feed is searched, in bytes: little of the buffered output is skipped for it. */
const SEARCHED = 4 * 1024;

/**
 * Returns `output` from the first position that is certainly not inside a sequence or character. Discarded output may
 * have ended inside one.
 */
export function fromSafeBoundary(output: Uint8Array): Uint8Array {
  const end = output.subarray(0, SEARCHED).indexOf(LINE_FEED);
  if (end >= 0) return output.subarray(end + 1);
  const sequence = output.indexOf(ESC.charCodeAt(0));
  if (sequence >= 0) return output.subarray(sequence);
  let start = 0;
  while (start < 3 && isContinuation(output[start])) start++;
  return output.subarray(start);
}

function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80;
}

/** C1 characters that are equal to ESC [ and ESC ]. */
const CSI = '\u009b';
const OSC = '\u009d';

/** The first byte that is not a control character. */
const SPACE = 0x20;

/** Longest incomplete sequence that is copied, in bytes; programs write no longer ones. */
const MAX_SEQUENCE = 256;

// States of xterm.js's parser: see common/parser/Constants.ts there.
const GROUND = 0;
const IN_APC = 7;
const IN_OSC = 8;
const IN_DCS = new Set([9, 10, 11, 12, 13]);

/** Strings that are safe to copy after their two introducing bytes: an empty one, a title, or a link. */
const harmless = /^(?:\d?|[0128];[^]*)$/;

/**
 * Returns the incomplete sequence or character at the end of `output`. Without it, the program's next bytes would be
 * printed as text. Most strings are replaced by one without effect, because they could do anything, such as set the
 * clipboard.
 */
export function unfinishedSequence(output: Buffer, parserState: number): Buffer {
  if (parserState === GROUND) return unfinishedCharacter(output);
  if (parserState === IN_APC) return Buffer.from(`${ESC}_`);
  if (IN_DCS.has(parserState)) return Buffer.from(`${ESC}P9999~`);
  const sequence = lastSequence(output);
  const isLong = sequence.length > MAX_SEQUENCE;
  if (parserState === IN_OSC && (isLong || !harmless.test(sequence.slice(2))))
    return Buffer.from(`${ESC}]9999;`);
  return Buffer.from(isLong ? `${ESC}[0<` : sequence, 'latin1');
}

/**
 * Returns the last sequence, one character per byte, without control characters: the terminal has already executed
 * those.
 */
function lastSequence(output: Buffer): string {
  const start = Math.max(output.lastIndexOf(ESC), output.lastIndexOf(CSI), output.lastIndexOf(OSC));
  const bytes = output.subarray(Math.max(0, start)).filter((byte, at) => at === 0 || byte >= SPACE);
  return Buffer.from(bytes).toString('latin1');
}
