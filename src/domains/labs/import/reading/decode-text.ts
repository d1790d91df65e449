/** The text of a file and its encoding. */
export interface DecodedText {
  text: string;
  encoding: 'UTF-8' | 'UTF-16' | 'Windows-1252';
}

/** Number of bytes that are examined to detect UTF-16 without a byte order mark. */
const SAMPLE_BYTES = 4096;

/** Control characters that no text has: all except tab, line ends, form feed and escape. */
// oxlint-disable-next-line no-control-regex -- the pattern searches for them.
const BINARY = /[\0-\u0008\u000E-\u001A\u001C-\u001F]/;

/**
 * Decodes UTF-8, UTF-16 of either byte order, and Windows-1252, which includes Latin-1. Removes the byte order
 * mark. Returns undefined if the bytes are not text in any of these encodings.
 */
export function decodeText(content: Buffer): DecodedText | undefined {
  const order = utf16Order(content);
  if (order !== undefined) return decoded(content, order, 'UTF-16');
  return decoded(content, 'utf-8', 'UTF-8') ?? fromWindows(content);
}

/** Characters of the bytes 0x80 to 0x9f. Node.js 20 decodes Windows-1252 as Latin-1, where these are controls. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function fromWindows(content: Buffer): DecodedText | undefined {
  const text = content
    .toString('latin1')
    .replaceAll(/[\u0080-\u009f]/g, (letter) => WINDOWS[letter.charCodeAt(0) - 0x80] ?? letter);
  return BINARY.test(text) ? undefined : { text, encoding: 'Windows-1252' };
}

/** Describes an encoding other than UTF-8, as the end of a sentence. */
export function encodingNote({ encoding }: DecodedText): string | undefined {
  return encoding === 'UTF-8' ? undefined : `was decoded from ${encoding}; save it as UTF-8`;
}

function decoded(content: Buffer, label: string, encoding: DecodedText['encoding']): DecodedText | undefined {
  try {
    const text = new TextDecoder(label, { fatal: true }).decode(content);
    return BINARY.test(text) ? undefined : { text, encoding };
  } catch {
    return undefined;
  }
}

/** Detects the byte order of UTF-16 by its mark, or by the zero bytes of ASCII letters. */
function utf16Order(content: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (content[0] === 0xff && content[1] === 0xfe) return 'utf-16le';
  if (content[0] === 0xfe && content[1] === 0xff) return 'utf-16be';
  const sample = content.subarray(0, SAMPLE_BYTES);
  const zeros = [0, 0];
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = sample.length / 4;
  if (odd > most && even === 0) return 'utf-16le';
  return even > most && odd === 0 ? 'utf-16be' : undefined;
}
