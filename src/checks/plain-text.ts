import { stripVTControlCharacters } from 'node:util';

/** Directions of writing that turn what follows around: a message could be made to read otherwise. */
const directionMarks = /[\u202A-\u202E\u2066-\u2069]/g;

/** Text of what a program printed, without NUL, which PostgreSQL does not keep; what is not UTF-8 becomes U+FFFD. */
export function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '');
}

/** The first `limit` bytes of `text` as UTF-8, no character cut in two, with a note of how much was left out. */
export function cutText(text: string, limit: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return `${bytes.toString('utf8', 0, end)}\n[${bytes.length - end} more bytes were left out]`;
}

/** The last line that says something, fit to be shown: no escape sequences or control characters, at most `limit` characters. */
export function lastLine(text: string, limit: number): string | undefined {
  const lines = stripVTControlCharacters(text)
    .split(/[\r\n]+/)
    .map((line) =>
      line
        .replaceAll(/\p{Cc}/gu, ' ')
        .replaceAll(directionMarks, '')
        .trim(),
    )
    .filter(Boolean);
  const characters = Array.from(lines.at(-1) ?? '');
  if (characters.length > limit) return `${characters.slice(0, limit - 1).join('')}…`;
  return characters.length > 0 ? characters.join('') : undefined;
}
