import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';
import { readBraces, readFence } from './code-words.ts';
import type { BraceWords, FenceWords } from './code-words.ts';

export type { Token } from 'markdown-it';

/** Code in a page that a click can act on. */
export type PageCode = {
  /** Line in the page, from 1. */
  line: number;
} & ({ kind: 'block'; info: FenceWords } | { kind: 'inline'; braces: BraceWords });

/** The code in a page. */
export interface CodeInPage {
  /** Fences, and inline code with braces after it. */
  code: PageCode[];
  /** Lines that belong to code blocks, from 1. */
  blockLines: ReadonlySet<number>;
}

/** Allowed links: pages, mail, and ports and files of the learner's machines. Other links stay text. */
const LINKS = /^(https?:|mailto:|berth:(port|file)\/|\/(?!\/)|#)/i;

/** Images embedded in the text. The page loads no images from other sites. */
const EMBEDDED_IMAGES = /^data:image\/(png|jpeg|gif|webp|avif|svg\+xml);/i;

/** Lines that inline code can have without a wrong line in a message. More would be slow to search. */
const LINES_OF_CODE = 10;

/** Searches without a result in a paragraph, such as for code with escapes, after which lines are no longer searched. */
const MISSES = 100;

const BRACES = /^\{\{([^{}]*)\}\}/;

/** HTML in a lab's text stays text, because labs can come from sources that the learner does not trust. */
const markdown = new MarkdownIt({ html: false, linkify: true });
markdown.validateLink = (address) => LINKS.test(address) || isEmbeddedImage(address);

/** Moves an action in braces after inline code, as in `ls`{{exec}}, to the code's token. */
markdown.core.ruler.push('code_actions', (state) => {
  for (const { children } of state.tokens) {
    for (const [index, token] of (children ?? []).entries()) {
      const after = children?.[index + 1];
      if (token.type !== 'code_inline' || after?.type !== 'text') continue;
      const [written, words] = BRACES.exec(after.content) ?? [];
      if (written === undefined || words === undefined) continue;
      const braces: WrittenBraces = { ...readBraces(words), written };
      token.meta = { braces };
      if (braces.action) after.content = after.content.slice(written.length);
    }
  }
});

/** Maximum number of tokens in the tables of a page. Later tables stay text: a few bytes can ask for thousands of cells. */
const TABLE_TOKENS = 30_000;

const [parseTable] = markdown.block.ruler.getRules('');
markdown.block.ruler.at(
  'table',
  (state, ...place) => {
    const counted = state.env as { tableTokens?: number };
    const { tableTokens = 0 } = counted;
    if (!parseTable || tableTokens > TABLE_TOKENS) return false;
    const before = state.tokens.length;
    const isTable = parseTable(state, ...place);
    counted.tableTokens = tableTokens + state.tokens.length - before;
    return isTable;
  },
  { alt: ['paragraph', 'reference'] },
);

type WrittenBraces = BraceWords & { written: string };

/** Returns whether an image is embedded in the text. Other images are shown as links. */
export function isEmbeddedImage(address: string): boolean {
  return EMBEDDED_IMAGES.test(address);
}

/** Parses a page. Braces with an action are not part of the text; see {@link bracesOf}. */
export function parsePage(text: string): Token[] {
  return markdown.parse(text, {});
}

/** Returns the words in braces after inline code; undefined without braces. */
export function bracesOf(token: Token): BraceWords | undefined {
  return writtenBraces(token);
}

function writtenBraces({ type, meta }: Token): WrittenBraces | undefined {
  return type === 'code_inline' ? (meta?.['braces'] as WrittenBraces | undefined) : undefined;
}

/** Finds the code in a page. */
export function readCode(text: string): CodeInPage {
  const code: PageCode[] = [];
  const blockLines = new Set<number>();
  const lines = text.split(/\r\n?|\n/);
  let first = 0;
  for (const { type, map, info, children } of parsePage(text)) {
    // The cells of a table have no lines, but their row has.
    first = map?.[0] ?? first;
    if (type === 'fence' || type === 'code_block') {
      for (let line = first; line < (map?.[1] ?? first); line++) blockLines.add(line + 1);
    }
    if (type === 'fence') code.push({ kind: 'block', line: first + 1, info: readFence(info) });
    if (type === 'inline') code.push(...inlineCode(children ?? [], lines, first));
  }
  return { code, blockLines };
}

/** Finds inline code with braces after it. `first` is the index of the first line of the tokens in `lines`. */
function inlineCode(tokens: readonly Token[], lines: readonly string[], first: number): PageCode[] {
  const code: PageCode[] = [];
  let at = first;
  /** Where the search continues in that line. */
  let from = 0;
  let misses = 0;
  for (const token of tokens) {
    if (token.type === 'softbreak' || token.type === 'hardbreak') {
      at += 1;
      from = 0;
    }
    const braces = writtenBraces(token);
    if (!braces) continue;
    const written = `\`${braces.written}`;
    // Line ends in code become spaces, so the braces can stand in a later line.
    const ahead = misses < MISSES ? linesUntil(written, lines, { at, from }) : -1;
    if (ahead < 0) misses += 1;
    else {
      from = (lines[at + ahead] ?? '').indexOf(written, ahead === 0 ? from : 0) + written.length;
      at += ahead;
    }
    code.push({ kind: 'inline', line: at + 1, braces });
  }
  return code;
}

/** Returns how many lines after the line `at`, searched from the column `from`, have the text; -1 if it is not near. */
function linesUntil(
  text: string,
  lines: readonly string[],
  { at, from }: { at: number; from: number },
): number {
  return lines
    .slice(at, at + LINES_OF_CODE)
    .findIndex((line, ahead) => line.indexOf(text, ahead === 0 ? from : 0) >= 0);
}
