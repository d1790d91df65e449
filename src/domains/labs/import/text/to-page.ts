import { meaningOf, writeAction } from './action.ts';
import { linkAddresses, nameAddresses, onlyAddress } from './addresses.ts';
import { fenced } from './fence.ts';
import { machinePath, plainCode, preBlock } from './file-block.ts';
import { markFolds, openFolds, takeFolds, withoutMarks } from './folds.ts';
import { attribute, withoutHtml } from './html.ts';
import type { Page, PageContext } from './page.ts';
import { takeQuestions } from './quiz.ts';
import { segmentsOf } from './segments.ts';
import type { Block, Pre } from './segments.ts';

/** Prose taken apart into words and code within a line. */
type Piece =
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
function piecesOf(prose: string, line: number): Piece[] {
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

/** A picture in Markdown: its words, its address, and its title if any. */
const PICTURE = /!\[([^\]]*)\]\(\s*<?([^\s)>]+)>?(?:\s+(?:"[^"]*"|'[^']*'|=\S*))?\s*\)/g;

/** Puts in the pictures that are here, and words for those that are not; the page links to other sites by itself. */
function showPictures(text: string, line: number, { picture, notes, file }: PageContext): string {
  return text.replaceAll(PICTURE, (written: string, words: string, address: string, at: number) => {
    const here = { file, line: line + text.slice(0, at).split('\n').length - 1 };
    if (/^https?:\/\//i.test(address)) {
      notes.warn('pictures from other sites are links: a lab shows its own', { file });
      return written;
    }
    const shown = picture(address);
    if ('address' in shown) return `![${words}](${shown.address})`;
    notes.warn(`the picture "${address}" is left out: ${shown.problem}`, here);
    return words;
  });
}

/** Languages of blocks that a shell may run. */
const SHELL = /^(?:|bash|sh|shell|zsh|console|terminal|shell-session|text|plain|plaintext)$/i;

/**
 * A scenario's text as a page of Berth's. With `folds: "take"` what is folded away is given apart, for
 * hints; otherwise it stands open.
 */
export function toPage(text: string, context: PageContext, { folds }: { folds: 'take' | 'open' }): Page {
  const page: Page = { markdown: '', folded: [], questions: [], ports: [], commands: [], shown: [] };
  const parts = segmentsOf(withoutMarks(text)).map((segment) => {
    if (segment.kind === 'prose') return toProse(segment.text, segment.line, context, page);
    return segment.kind === 'block' ? toBlock(segment, context, page) : toPre(segment, context, page);
  });
  const marked = parts.join('\n').replaceAll(/\n{3,}/g, '\n\n');
  if (folds === 'take') Object.assign(page, takeFolds(marked));
  else page.markdown = openFolds(marked);
  page.markdown = page.markdown.replaceAll(/\n{3,}/g, '\n\n').trim();
  return page;
}

function toProse(text: string, line: number, context: PageContext, page: Page): string {
  const { questions, unanswered, ...rest } = takeQuestions(text);
  page.questions.push(...questions);
  for (const question of unanswered) {
    context.notes.warn(`the question "${question}" has no answer, and is only shown`, at(context, line));
  }
  const pieces = piecesOf(rest.text, line).map((piece) => {
    if (piece.kind === 'code') return toSpan(piece, context, page);
    const words = markFolds(withoutHtml(piece.text));
    return showPictures(linkAddresses(words, piece.line, context, page.ports), piece.line, context);
  });
  return pieces.join('');
}

function toSpan(
  { code, words, written, line }: Extract<ReturnType<typeof piecesOf>[number], { kind: 'code' }>,
  context: PageContext,
  page: Page,
): string {
  const link = onlyAddress(code, line, context, page.ports);
  if (link !== undefined) return link;
  const meaning = words === undefined ? undefined : meaningOf(words, context.hosts);
  // Other braces after code are the author's own.
  if (words !== undefined && meaning === undefined) return written;
  if (meaning?.lost !== undefined) context.notes.warn(meaning.lost, at(context, line));
  if (meaning?.action === 'open') return openLink(code, context);
  const plain = nameAddresses(code, line, context);
  if (meaning?.action?.kind === 'exec') page.commands.push({ ...meaning.action, code: plain, line });
  const action = meaning?.action ? writeAction(meaning.action) : undefined;
  if (plain.includes('\n') && action !== undefined) {
    const language = action.startsWith('exec') ? 'bash' : 'text';
    return `\n\n${fenced(plain.trim(), `${language} ${action}`)}\n\n`;
  }
  return inline(plain) + (action === undefined ? '' : `{{${action}}}`);
}

function toBlock(block: Block, context: PageContext, page: Page): string {
  const { words, line } = block;
  const meaning = words === undefined ? undefined : meaningOf(words, context.hosts);
  if (words !== undefined && meaning === undefined) {
    context.notes.warn(
      `"{{${words}}}" after a block of code means nothing: it is left out`,
      at(context, line),
    );
  }
  if (meaning?.lost !== undefined) context.notes.warn(meaning.lost, at(context, line));
  if (meaning?.action === 'open') return block.indent + block.marker + openLink(block.code, context);
  const code = nameAddresses(block.code, line, context);
  if (meaning?.action?.kind === 'exec') page.commands.push({ ...meaning.action, code, line });
  else if (SHELL.test(block.language)) page.shown.push({ code, line });
  if (!meaning?.action) return fenced(code, block.language, block);
  const isPlain = /^(?:plain|plaintext|text|)$/i.test(block.language);
  const language = isPlain ? (meaning.action.kind === 'exec' ? 'bash' : 'text') : block.language;
  return fenced(code, `${language} ${writeAction(meaning.action)}`, block);
}

function toPre(pre: Pre, context: PageContext, page: Page): string {
  const named = { ...pre, code: nameAddresses(pre.code, pre.line, context) };
  const meaning = pre.words === undefined ? undefined : meaningOf(pre.words, context.hosts);
  const isFile = attribute(pre.attributes, 'data-filename') !== undefined;
  if (!meaning?.action && !isFile) page.shown.push({ code: plainCode(named.code), line: pre.line });
  if (!meaning?.action) return `\n${preBlock(named, context)}\n`;
  return `\n${toBlock({ ...named, kind: 'block', indent: '', marker: '', language: '' }, context, page)}\n`;
}

/** A link that opens the file. */
function openLink(code: string, context: PageContext): string {
  const path = code.trim();
  return `[${path.replaceAll(/[[\]]/g, String.raw`\$&`)}](berth:file${encoded(machinePath(path, context))})`;
}

/** A path as a link has it: also without what would end the link, or the path in it. */
function encoded(path: string): string {
  return encodeURI(path).replaceAll(/[()?#]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

/** Code within a line, between more backticks than are in it. */
function inline(code: string): string {
  const text = code.replaceAll(/\s*\n\s*/g, ' ');
  const ticks = new Set([...text.matchAll(/`+/g)].map(([run]) => run.length));
  let fence = '`';
  while (ticks.has(fence.length)) fence += '`';
  const space = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${space}${text}${space}${fence}`;
}

function at({ file }: PageContext, line: number) {
  return { file, line };
}
