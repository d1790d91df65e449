/** What stands for a letter of a class, by the letter behind the backslash. */
const CLASSES: Record<string, string> = { d: '0', D: 'a', w: 'a', W: '-', s: ' ', S: 'a' };
/** Places between letters, which take none. */
const PLACES = 'bBAzQE';
const CONTROLS: Record<string, string> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' };
/** Tried for a class that names what it does not want. */
const ORDINARY = ['a', '0', ' ', '-', 'é'];

/**
 * A text that the pattern is likely to be found in, made by taking the first of all that it offers and as
 * little of that as it asks for. A caller that must be sure checks the result: it knows no flags and no classes of Unicode.
 */
export function patternExample(pattern: string): string {
  const letters = Array.from(pattern);
  let at = 0;

  /** Up to the end of the group: the first of its branches. */
  function group(): string {
    let branch = sequence();
    while (letters[at] === '|') {
      at++;
      const other = sequence();
      // A first branch without a letter is a way to say "or nothing".
      branch ||= other;
    }
    return branch;
  }

  function sequence(): string {
    let text = '';
    while (at < letters.length && letters[at] !== '|' && letters[at] !== ')') text += repeated(atom());
    return text;
  }

  function repeated(one: string): string {
    const bounds = /^(?:([*?])|(\+)|\{(\d+)(?:,\d*)?\})\??/.exec(letters.slice(at).join(''));
    if (!bounds) return one;
    at += bounds[0].length;
    if (bounds[1] !== undefined) return '';
    return one.repeat(bounds[2] === undefined ? Number(bounds[3]) : 1);
  }

  function atom(): string {
    const letter = letters[at++] ?? '';
    if (letter === '\\') return escaped();
    if (letter === '[') return classMember();
    if (letter === '(') {
      const opening = /^\?(?:P?<\w+>|[a-zA-Z-]*[:)])/.exec(letters.slice(at).join(''))?.[0] ?? '';
      at += opening.length;
      // Flags alone, such as (?i), have no end of their own.
      if (opening.endsWith(')')) return '';
      const text = group();
      at++;
      return text;
    }
    if (letter === '^' || letter === '$') return '';
    return letter === '.' ? 'a' : letter;
  }

  function escaped(): string {
    const letter = letters[at++] ?? '';
    return PLACES.includes(letter) ? '' : (CLASSES[letter] ?? CONTROLS[letter] ?? letter);
  }

  function classMember(): string {
    const isNegated = letters[at] === '^';
    if (isNegated) at++;
    const members: string[] = [];
    // A bracket at the beginning is a member.
    do {
      const letter = letters[at++] ?? '';
      members.push(letter === '\\' ? escaped() : letter);
    } while (at < letters.length && letters[at] !== ']');
    at++;
    if (!isNegated) return members[0] ?? '';
    return (
      ORDINARY.find((letter) => !members.includes(letter) && !(members.includes('-') && letter !== ' ')) ??
      'ß'
    );
  }

  return group();
}
