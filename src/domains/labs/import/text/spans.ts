/** Prose taken apart into words and code within a line. */
export type Piece =
  | { kind: 'words'; text: string; line: number }
  | {
      kind: 'code';
      code: string;
      /** What follows in `{{…}}`. */
      words: string | undefined;
      /** As it is written, the words in braces included. */
      written: string;
      line: number;
    };

/** Code between as many backticks as begin it, within a paragraph, and the braces that follow it. */
const SPAN = /(?<!`)(`+)(?!`)((?:(?!\n[ \t]*\n)[^])*?[^`])\1(?!`)(?:[ \t]?\{\{([^{}\n]*)\}\})?/g;

/** Takes prose apart; `line` is the one that it begins in. Pure. */
export function piecesOf(prose: string, line: number): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let here = line;
  const move = (end: number) => {
    const text = prose.slice(at, end);
    here += text.split('\n').length - 1;
    at = end;
    return text;
  };
  for (const match of prose.matchAll(SPAN)) {
    const [written, , code = '', words] = match;
    if (match.index > at) pieces.push({ kind: 'words', line: here, text: move(match.index) });
    pieces.push({ kind: 'code', code, words, written, line: here });
    move(match.index + written.length);
  }
  if (at < prose.length) pieces.push({ kind: 'words', line: here, text: move(prose.length) });
  return pieces;
}
