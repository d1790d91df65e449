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

/** As {@link nameFrom}, but none of `taken`, to which it is added; `otherwise` is for texts of other scripts. */
export function ownName(text: string, otherwise: string, taken: Set<string>): string {
  const name = nameFrom(text) || otherwise;
  let own = name;
  for (let number = 2; taken.has(own); number += 1) {
    own = `${name.slice(0, LONGEST - 4)}-${number}`;
  }
  taken.add(own);
  return own;
}
