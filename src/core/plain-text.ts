import { stripVTControlCharacters } from 'node:util';

/** `text` with what is given for them in its places, such as `{name}`; a place without a value stays. */
export function filled(text: string, values: Readonly<Record<string, string | number | boolean>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** Directions of writing that turn what follows around: a message could be made to read otherwise. */
const directionMarks = /[\u202A-\u202E\u2066-\u2069]/g;

/** Text of what a program printed, without NUL, which PostgreSQL does not keep; what is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '');
}

/** `text` without the line ends at its end, in a time that grows with its length alone, whatever it holds. */
export function withoutLastLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return text.slice(0, end);
}

/** The first `limit` bytes of `text` as UTF-8, no character cut in two, with a note of how much was left out. */
export function cutText(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}\n[${bytes.length - end} more bytes were left out]`;
}

/** The last line that says something, fit to be shown: see {@link lastLines}. */
export function lastLine(text: string, limit: number): string | undefined {
  return lastLines(text, { lines: 1, limit })[0];
}

/** The last lines that say something, fit to be shown: no escape sequences or control characters, each of at most `limit` characters. */
export function lastLines(text: string, { lines, limit }: { lines: number; limit: number }): string[] {
  return stripVTControlCharacters(text)
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
