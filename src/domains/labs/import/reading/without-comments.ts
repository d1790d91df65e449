/**
 * The text of loose JSON with blanks for its comments, so that everything stays where it is. The time it takes
 * grows with the text alone, whatever is left open in it.
 */
export function withoutComments(text: string): string {
  const parts: string[] = [];
  const opening = /"|\/\/|\/\*/g;
  let from = 0;
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const end = endOf(found[0], text, opening.lastIndex);
    // What is not closed hides nothing, and neither does what comes after it: looking on would take for ever.
    if (end === undefined) break;
    if (found[0] !== '"') {
      parts.push(text.slice(from, found.index), blank(text.slice(found.index, end)));
      from = end;
    }
    opening.lastIndex = end;
  }
  return parts.join('') + text.slice(from);
}

/** Where what was opened before `from` ends, behind its last letter; undefined where it is not closed. */
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
