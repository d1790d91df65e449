import { createHash } from 'node:crypto';

/** Longest name of a lab or a step. */
const LONGEST = 63;

/** Letters and digits of a text as a name has them, hyphens between; empty where there is none. */
export function nameFrom(text: string): string {
  const name = text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  if (name.length <= LONGEST) return name;
  // What is cut off still tells two apart.
  const rest = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return `${name.slice(0, LONGEST - rest.length - 1).replace(/-+$/, '')}-${rest}`;
}

/** Gives names of which none is given twice. */
export type Names = (text: string, otherwise: string) => string;

/** As {@link nameFrom}, each name its own; `otherwise` is for texts of other scripts, of which all may have it. */
export function createNames(): Names {
  const given = new Set<string>();
  /** The number that the next one of a name may have: one after another, however many there are. */
  const next = new Map<string, number>();
  return (text, otherwise) => {
    const name = nameFrom(text) || otherwise;
    let own = name;
    while (given.has(own)) {
      const number = next.get(name) ?? 2;
      next.set(name, number + 1);
      own = `${name.slice(0, LONGEST - `-${number}`.length)}-${number}`;
    }
    given.add(own);
    return own;
  };
}
