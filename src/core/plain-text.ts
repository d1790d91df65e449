/** Replaces placeholders such as `{name}` in `text` by their values. A placeholder without a value remains. */
export function filled(text: string, values: Readonly<Record<string, string | number | boolean>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** Characters that change the writing direction, which could make a message appear as a different one. */
const directionMarks = /[\u202A-\u202E\u2066-\u2069]/g;

/**
 * Escape sequences of terminals (ECMA-48): commands with a text, such as a title, up to BEL or ST; control sequences; and
 * others. None continues beyond the next escape character, so reading takes linear time for any text.
 */
const escapeSequences =
  // oxlint-disable-next-line no-control-regex -- these are control characters
  /\u001B[\]PX^_][^\u0007\u001B]*(?:\u0007|\u001B\\)|(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B[ -/]*[0-~]/g;

/** Returns `text` without the escape sequences of terminals. Safe for hostile text. */
export function withoutEscapes(text: string): string {
  return text.replaceAll(escapeSequences, '');
}

/** Decodes the output of a program, without NUL, which PostgreSQL cannot store. Invalid UTF-8 becomes U+FFFD. */
export function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '');
}

/** Returns `text` without trailing line breaks, in linear time for any text. */
export function withoutLastLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return text.slice(0, end);
}

/** Returns the first `limit` bytes of `text` as UTF-8 without cutting a character, and a note of how much was left out. */
export function cutText(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}\n[${bytes.length - end} more bytes were left out]`;
}

/** Returns the last non-empty line in printable form: see {@link lastLines}. */
export function lastLine(text: string, limit: number): string | undefined {
  return lastLines(text, { lines: 1, limit })[0];
}

/** Maximum length of the end of a text that is searched for lines, so that a hostile text costs little time. */
const SEARCHED = 64 * 1024;

/**
 * Returns the last non-empty lines without escape sequences and control characters, each with at most `limit`
 * characters. Reads the last 64 Ki characters only.
 */
export function lastLines(text: string, { lines, limit }: { lines: number; limit: number }): string[] {
  // Drop a low surrogate whose first half was cut off.
  const end = text.slice(-SEARCHED).replace(/^[\uDC00-\uDFFF]/, '');
  return withoutEscapes(end)
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .replaceAll(/\p{Cc}/gu, ' ')
        .replaceAll(directionMarks, '')
        .trim(),
    )
    .filter(Boolean)
    .slice(-lines)
    .map((line) => cutLine(line, limit));
}

function cutLine(line: string, limit: number): string {
  const characters = Array.from(line);
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : line;
}

/** Returns whether a text contains a control character other than a tab or a line break. */
export function hasControlCharacter(text: string): boolean {
  return /(?![\t\n\r])\p{Cc}/u.test(text);
}
