/** Lines that begin or end a block of code: their fence, and what stands after it. */
const FENCE = /^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})[ \t]*(.*)$/;

/** A line of a page, and what it is: text, the line that opens a block of code with the words after its fence, or a line of that. */
export type PageLine = { text: string; number: number } & (
  | { kind: 'text' }
  | { kind: 'opening'; info: string }
  | { kind: 'code' }
);

/** The lines of a page of Markdown, from 1. */
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
