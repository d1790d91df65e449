import { posix } from 'node:path';
import { meaningOf, writeAction } from './action.ts';
import { linkAddresses, nameAddresses, onlyAddress } from './addresses.ts';
import {
  markFolds,
  openFolds,
  takeFolds,
  withoutMarks,
  attribute,
  withoutHtml,
  decodeEntities,
} from './html.ts';
import type { Page, PageContext } from './page.ts';
import { takeQuestions } from './quiz.ts';
import { segmentsOf } from './segments.ts';
import type { Block, Pre } from './segments.ts';

/** A piece of prose: words or inline code. */
type Piece =
  | { kind: 'words'; text: string; line: number }
  | {
      kind: 'code';
      code: string;
      /** The words in `{{…}}` after it. */
      words: string | undefined;
      /** The original text, including the words in braces. */
      written: string;
      line: number;
    };

/** Inline code within a paragraph, closed by as many backticks as open it, and the braces after it. */
const SPAN = /(?<!`)(`+)(?!`)((?:(?!\n[ \t]*\n)[^])*?[^`])\1(?!`)(?:[ \t]?\{\{([^{}\n]*)\}\})?/g;

/** Splits prose into pieces; `line` is its first line. Pure. */
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

/** A Markdown image: its text, address and optional title. */
const PICTURE = /!\[([^\]]*)\]\(\s*<?([^\s)>]+)>?(?:\s+(?:"[^"]*"|'[^']*'|=\S*))?\s*\)/g;

/** Embeds local pictures and replaces missing ones with their text. Pictures from other sites become links. */
function showPictures(text: string, line: number, { picture, notes, file }: PageContext): string {
  return text.replaceAll(PICTURE, (written: string, words: string, address: string, at: number) => {
    const here = { file, line: line + text.slice(0, at).split('\n').length - 1 };
    if (/^https?:\/\//i.test(address)) {
      notes.warn('pictures from other sites become links; a lab shows only its own', { file });
      return written;
    }
    const shown = picture(address);
    if ('address' in shown) return `![${words}](${shown.address})`;
    notes.warn(`the picture "${address}" is left out because ${shown.problem}`, here);
    return words;
  });
}

/** Languages of blocks that may be shell code. */
const SHELL = /^(?:|bash|sh|shell|zsh|console|terminal|shell-session|text|plain|plaintext)$/i;

/**
 * Converts a scenario's text to a page of Berth. With `folds: "take"`, folded parts are returned separately as
 * hints; otherwise they stay in the text, expanded.
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
  const { questions, unanswered, text: prose } = takeQuestions(text);
  page.questions.push(...questions);
  for (const question of unanswered) {
    context.notes.warn(`the question "${question}" has no answer and becomes plain text`, at(context, line));
  }
  const pieces = piecesOf(prose, line).map((piece) => {
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
  // Other braces after code belong to the author's text.
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
      `"{{${words}}}" after a code block is not an action and is left out`,
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

/** Returns a link that opens the file. */
function openLink(code: string, context: PageContext): string {
  const path = code.trim();
  return `[${path.replaceAll(/[[\]]/g, String.raw`\$&`)}](berth:file${encodePath(machinePath(path, context))})`;
}

/** Encodes a path for a link, including the characters that would end the link or the path. */
function encodePath(path: string): string {
  return encodeURI(path).replaceAll(/[()?#]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

/** Formats inline code with a number of backticks that does not occur in it. */
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

/**
 * Formats a fenced code block. The fence is longer than any in the code. `info` is the info string, such as
 * `bash exec`, and `marker` is that of a list item.
 */
function fenced(code: string, info: string, { indent = '', marker = '' } = {}): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const deep = indent + ' '.repeat(marker.length);
  const lines = [...code.split('\n'), fence].map((line) => (line === '' ? '' : deep + line));
  return [indent + marker + fence + info, ...lines].join('\n');
}

/** Converts a `<pre>` to a code block that a click copies or writes into a file, or that is only shown. */
function preBlock({ attributes, code, line }: Pre, context: PageContext): string {
  const text = plainCode(code);
  const file = attribute(attributes, 'data-filename');
  const target = attribute(attributes, 'data-target')?.toLowerCase() ?? 'replace';
  if (file === undefined || target === 'clipboard') {
    return fenced(text, target === 'clipboard' ? 'text copy' : '');
  }
  if (!['replace', 'append', 'insert'].includes(target)) {
    const message = `"${target}" cannot write text into a file; a click copies the text`;
    context.notes.warn(message, { file: context.file, line });
    return fenced(text, 'text copy');
  }
  const path = machinePath(file, context);
  const marker = attribute(attributes, 'data-marker') ?? '';
  if ([path, marker].some((text) => /[`\n]|".*'|'.*"/.test(text))) {
    context.notes.warn('a click copies the text for a file, because its marker has both kinds of quotes', {
      file: context.file,
      line,
    });
    return fenced(text, 'text copy');
  }
  const inserted = target === 'insert' ? ` marker=${quoted(marker)}` : '';
  return fenced(text, `text file=${/\s/.test(path) ? quoted(path) : path} mode=${target}${inserted}`);
}

/** Returns the absolute path in the machine for a path of a scenario. */
function machinePath(path: string, { folder, home }: Pick<PageContext, 'folder' | 'home'>): string {
  const plain = path.trim().replace(/^~(?=\/|$)/, home);
  return posix.resolve(folder, plain);
}

/** Returns the text that a browser shows for HTML code. */
function plainCode(code: string): string {
  const text = code
    .replaceAll(/<\/?(?:code|span|b|strong|i|em|kbd)\b[^>]*>/gi, '')
    .replaceAll(/<br\s*\/?>/gi, '\n');
  return decodeEntities(text).replaceAll(/^\n+|\s+$/g, '');
}

/** Quotes a text. An info string can contain neither both kinds of quotes nor a backtick. */
function quoted(text: string): string {
  return text.includes('"') ? `'${text}'` : `"${text}"`;
}
