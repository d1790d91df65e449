import { createHash } from 'node:crypto';

/** Longest name of a lab or a step, in characters. */
const LONGEST = 63;

/** Converts a text to a name of lower-case letters, digits and hyphens; empty if the text has none of these. */
export function nameFrom(text: string): string {
  const name = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  if (name.length <= LONGEST) return name;
  // The digest keeps names apart that differ only in the part that is cut off.
  const suffix = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST - suffix.length - 1).replace(/-+$/, '')}-${suffix}`;
}

/** Returns a unique name for a text. */
export type Names = (text: string, otherwise: string) => string;

/** Like {@link nameFrom}, but unique. `otherwise` is the name for texts without Latin letters or digits. */
export function createNames(): Names {
  const given = new Set<string>();
  /** The next number to try for each name, so that many equal names stay fast. */
  const next = new Map<string, number>();
  return (text, otherwise) => {
    const name = nameFrom(text) || otherwise;
    let unique = name;
    while (given.has(unique)) {
      const number = next.get(name) ?? 2;
      next.set(name, number + 1);
      unique = `${name.slice(0, LONGEST - `-${number}`.length)}-${number}`;
    }
    given.add(unique);
    return unique;
  };
}

/** Shortens a text to one line of at most `most` characters. */
export function shortened(text: string, most: number): { text: string; isCut: boolean } {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  if (line.length <= most) return { text: line, isCut: false };
  const cut = line.slice(0, most - 1);
  return { text: `${cut.replace(/[\s\uD800-\uDBFF]\S{0,30}$/u, '').trimEnd()}…`, isCut: true };
}
