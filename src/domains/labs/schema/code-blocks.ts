/** A line that may open or close a code block: its fence and its info string. */
const FENCE = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})[ \t]*(.*)$/;

/** A line of a page: text, the opening line of a code block with its info string, or another line of the block. */
export type PageLine = { text: string; number: number } & (
  | { kind: 'text' }
  | { kind: 'opening'; info: string }
  | { kind: 'code' }
);

/** Iterates over the lines of a Markdown page, numbered from 1. */
export function* linesOf(page: string): Generator<PageLine> {
  let open: string | undefined;
  for (const [index, text] of page.split('\n').entries()) {
    const line = { text, number: index + 1 };
    const [, fence, info = ''] = FENCE.exec(text) ?? [];
    if (open !== undefined) {
      if (fence?.startsWith(open) && info.trim() === '') open = undefined;
      yield { ...line, kind: 'code' };
    } else if (fence !== undefined && !(fence.startsWith('`') && info.includes('`'))) {
      open = fence;
      yield { ...line, kind: 'opening', info: info.trim() };
    } else {
      yield { ...line, kind: 'text' };
    }
  }
}
