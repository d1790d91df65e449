/** Permission bits of a file that says none. */
const PLAIN = 0o644;
/** Bits that a mode without `u`, `g`, `o` or `a` leaves alone, as a shell with the usual umask does. */
const UMASK = 0o022;

const BITS: Record<string, number> = { r: 0o444, w: 0o222, x: 0o111 };
const WHO: Record<string, number> = { u: 0o700, g: 0o070, o: 0o007, a: 0o777 };

/** What chmod(1) makes of a new file, as four octal digits; undefined for what is no mode. */
export function fileMode(given: string): string | undefined {
  if (/^[0-7]{3,4}$/.test(given)) return given.padStart(4, '0');
  let mode = PLAIN;
  for (const clause of given.split(',')) {
    // "rwx" alone is no mode to chmod, but says what it means.
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
