/** Shortens a text to one line of at most `most` characters. */
export function shortened(text: string, most: number): { text: string; isCut: boolean } {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line.length <= most) return { text: line, isCut: false };
  const cut = line.slice(0, most - 1);
  return { text: `${cut.replace(/[\s\uD800-\uDBFF]\S{0,30}$/u, '').trimEnd()}…`, isCut: true };
}
