/** A tag with its content. */
export interface TagPair {
  /** Name of the tag, in lower case. */
  name: string;
  attributes: string;
  content: string;
}

/**
 * Replaces tags of these names and their content, up to the next closing tag. A tag with `closed: 'same'` is closed by
 * its own name, otherwise by any of the names. Tags that are not closed stay, and so do those with a match of `without`
 * in the content. Takes linear time: a regular expression would search the rest of the text for each tag.
 */
export function replacePairs(
  text: string,
  names: readonly string[],
  replace: (pair: TagPair) => string,
  { closed = 'any', without }: { closed?: 'any' | 'same'; without?: RegExp } = {},
): string {
  const any = names.join('|');
  const closing = new Map(
    (closed === 'same' ? names : [any]).map((name) => [
      name,
      createFinder(text, new RegExp(`</(?:${name})>`, 'gi')),
    ]),
  );
  const excluded = without && createFinder(text, without);
  const opening = new RegExp(`<(${any})\\b([^<>]*)>`, 'gi');
  const parts: string[] = [];
  let from = 0;
  for (let open = opening.exec(text); open; open = opening.exec(text)) {
    const [tag, written = '', attributes = ''] = open;
    const name = written.toLowerCase();
    const start = open.index + tag.length;
    const end = closing.get(closed === 'same' ? name : any)?.(start);
    if (!end || (excluded?.(start)?.index ?? Infinity) < end.index) continue;
    parts.push(
      text.slice(from, open.index),
      replace({ name, attributes, content: text.slice(start, end.index) }),
    );
    from = end.index + end.length;
    opening.lastIndex = from;
  }
  return parts.join('') + text.slice(from);
}

/** Creates a function that finds the first match from a position on. The positions must not decrease. */
function createFinder(text: string, pattern: RegExp) {
  let found: { index: number; length: number } | undefined = { index: -1, length: 0 };
  return (from: number): { index: number; length: number } | undefined => {
    if (found && found.index < from) {
      pattern.lastIndex = from;
      const match = pattern.exec(text);
      found = match ? { index: match.index, length: match[0].length } : undefined;
    }
    return found;
  };
}
