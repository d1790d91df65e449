/** Default permission bits. */
const PLAIN = 0o644;
/** Bits that a mode without `u`, `g`, `o` or `a` does not change, as with the default umask. */
const UMASK = 0o022;

const BITS: Record<string, number> = { r: 0o444, w: 0o222, x: 0o111 };
const WHO: Record<string, number> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };

/** Returns the mode that chmod(1) would give a new file, as four octal digits; undefined for an invalid mode. */
export function fileMode(given: string): string | undefined {
  if (/^[0-7]{3,4}$/.test(given)) return given.padStart(4, '0');
  let mode = PLAIN;
  for (const clause of given.split(',')) {
    // chmod rejects "rwx" alone, but its meaning is clear.
    const [, who = '', operator = '+', letters] = /^([ugoa]*)([+=-]?)([rwxX]+)$/.exec(clause) ?? [];
    if (letters === undefined) return undefined;
    const whose = who === '' ? 0o777 & ~UMASK : sum(who, WHO);
    const bits = sum(letters.toLowerCase(), BITS) & whose;
    if (operator === '-') mode &= ~bits;
    else mode = operator === '=' ? (mode & ~whose) | bits : mode | bits;
  }
  return mode.toString(8).padStart(4, '0');
}

function sum(letters: string, values: Record<string, number>): number {
  return letters.split('').reduce((all, letter) => all | (values[letter] ?? 0), 0);
}
