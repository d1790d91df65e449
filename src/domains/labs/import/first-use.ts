import type { Place } from './import-note.ts';

/** Where the first code is that does so; line by line where it has several. */
export function firstUse(
  code: readonly { code: string; place: Place }[],
  does: (code: string) => boolean,
): Place | undefined {
  for (const { code: text, place } of code) {
    if (!does(text)) continue;
    const lines = text.split('\n');
    const at = lines.findIndex((line) => does(line));
    return { file: place.file, line: place.line === undefined ? at + 1 || undefined : place.line };
  }
  return undefined;
}
