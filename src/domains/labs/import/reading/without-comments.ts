/**
 * Replaces the comments of loose JSON with spaces, so that all positions stay the same. Takes linear time, even if
 * comments or strings are not closed.
 */
export function withoutComments(text: string): string {
  const parts: string[] = [];
  const opening = /"|\/\/|\/\*/g;
  let from = 0;
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const end = endOf(found[0], text, opening.lastIndex);
    // An unclosed string or comment ends the search: continuing could take quadratic time.
    if (end === undefined) break;
    if (found[0] !== '"') {
      parts.push(text.slice(from, found.index), blank(text.slice(found.index, end)));
      from = end;
    }
    opening.lastIndex = end;
  }
  return parts.join('') + text.slice(from);
}

/** Returns the index after the end of a string or comment opened before `from`; undefined if it is not closed. */
function endOf(opening: string, text: string, from: number): number | undefined {
  if (opening === '"') {
    for (let at = from; at < text.length; at += 1) {
      if (text[at] === '"') return at + 1;
      if (text[at] === '\\') at += 1;
    }
    return undefined;
  }
  const end = text.indexOf(opening === '//' ? '\n' : '*/', from);
  if (opening === '//') return end === -1 ? text.length : end;
  return end === -1 ? undefined : end + 2;
}

function blank(comment: string): string {
  return comment.replaceAll(/[^\n]/g, ' ');
}
