import { replacePairs } from './tag-pairs.ts';
import type { TagPair } from './tag-pairs.ts';

/** Tags for layout and appearance that have no equivalent in Markdown. */
const PLAIN =
  /<\/?(?:p|div|span|center|font|u|small|big|sup|sub|section|article|header|footer|ul|ol|dl|table|thead|tbody|tfoot|colgroup|col|figure|figcaption|picture|label|nobr|tt|samp|var|abbr|mark|ins|object|style)\b[^<>]*>/gi;

/** Converts HTML in a text to Markdown and drops the rest. The caller has removed code before. Pure. */
export function withoutHtml(text: string): string {
  const plain = replacePairs(withoutComments(text), ['style', 'script'], () => '', { closed: 'same' })
    .replaceAll(/^(.*?)<br\s*\/?>[ \t]*(\n?)/gim, lineBreak)
    .replaceAll(/<br\s*\/?>/gi, ' ')
    .replaceAll(/<hr\b[^<>]*>/gi, '\n\n---\n\n');
  return linked(emphasizedTags(withHeadings(plain)))
    .replaceAll(/<\/?a\b[^<>]*>/gi, '')
    .replaceAll(/<(?:iframe|video|source|embed)\b([^<>]*)>/gi, (_, attributes: string) => {
      const target = attribute(attributes, 'src');
      return target === undefined ? '' : `<${target}>`;
    })
    .replaceAll(/<\/(?:iframe|video|source|embed)>/gi, '')
    .replaceAll(/<img\b([^<>]*)>/gi, (_, attributes: string) => {
      const target = attribute(attributes, 'src');
      return target === undefined ? '' : `![${attribute(attributes, 'alt') ?? ''}](${target})`;
    })
    .replaceAll(PLAIN, '');
}

/** Removes comments. One that is not closed stays. */
function withoutComments(text: string): string {
  const last = text.lastIndexOf('-->');
  return last === -1 ? text : text.slice(0, last + 3).replaceAll(/<!--.*?-->/gs, '') + text.slice(last + 3);
}

function withHeadings(text: string): string {
  const names = [1, 2, 3, 4, 5, 6].map((level) => `h${level}`);
  return replacePairs(text, names, heading, { closed: 'same' });
}

function heading({ name, content }: TagPair): string {
  return `\n\n${'#'.repeat(Number(name[1]))} ${oneLine(content)}\n\n`;
}

function emphasizedTags(text: string): string {
  const bold = replacePairs(text, ['b', 'strong'], ({ content }) => emphasized(content, '**'));
  const italic = replacePairs(bold, ['i', 'em'], ({ content }) => emphasized(content, '*'));
  const struck = replacePairs(italic, ['del', 's', 'strike'], ({ content }) => `~~${content}~~`);
  return replacePairs(struck, ['kbd', 'code'], code, { without: /[`\n]/g });
}

function code({ content }: TagPair): string {
  return content === '' ? '' : `\`${decodeEntities(content)}\``;
}

/** Converts links, after the tags of lists and tables. */
function linked(text: string): string {
  const plain = text
    .replaceAll(/<\/?(?:b|strong|i|em|h[1-6])\b[^<>]*>/gi, '')
    .replaceAll(/<li\b[^<>]*>\s*/gi, '\n- ')
    .replaceAll(/<(?:tr|dt)\b[^<>]*>\s*/gi, '\n')
    .replaceAll(/<\/(?:li|tr|dt|dd)>/gi, '')
    .replaceAll(/<(?:td|th|dd)\b[^<>]*>\s*/gi, ' ')
    .replaceAll(/<\/(?:td|th)>/gi, ' ')
    .replaceAll(/<\/p>/gi, '\n\n');
  return replacePairs(plain, ['a'], ({ attributes, content }) => {
    const target = attribute(attributes, 'href');
    return target === undefined ? content : `[${oneLine(content)}](${target})`;
  });
}

/** Returns the value of an attribute of a tag. */
export function attribute(attributes: string, name: string): string | undefined {
  const pattern = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i');
  const found = pattern.exec(attributes);
  const value = found?.[1] ?? found?.[2] ?? found?.[3];
  return value === undefined ? undefined : decodeEntities(value);
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };

/** Decodes HTML entities: the named ones of ASCII characters, and all numeric ones. */
export function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{2,4}));/gi, (entity, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name).toLowerCase()] ?? entity;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : entity;
  });
}

/** Returns the words between marks, which Markdown allows only directly at words. */
function emphasized(words: string, mark: string): string {
  const inner = words.trim();
  if (inner === '') return `${words}${mark}${mark}`;
  const start = words.indexOf(inner);
  return `${words.slice(0, start)}${mark}${inner}${mark}${words.slice(start + inner.length)}`;
}

/** Converts a line break: nothing on an empty line, and a space in a table row. */
function lineBreak(_: string, before: string, end: string): string {
  if (before.trim() === '') return before + end;
  if (before.trimStart().startsWith('|')) return `${before} ${end}`;
  return `${before}  \n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** Private-use characters that replace tags, so that tags inside code are not affected. */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const HEAD = '\uE002';
const BODY = '\uE003';

/** A fold without another one in it. */
const INNERMOST = new RegExp(`${OPEN}([^${OPEN}${CLOSE}]*)${CLOSE}`, 'g');
const EDGE = new RegExp(`[${OPEN}${CLOSE}]`, 'g');
/** Levels of nested folds that are expanded. The text of deeper ones stays, without headings. */
const NESTING = 20;
const MARKS = new RegExp(`[${OPEN}${CLOSE}${HEAD}${BODY}]`, 'g');

/** Replaces the tags `<details>` (a fold) and `<summary>` (its heading) with marks. */
export function markFolds(prose: string): string {
  return prose
    .replaceAll(/<details\b[^<>]*>/gi, OPEN)
    .replaceAll(/<\/details>/gi, CLOSE)
    .replaceAll(/<summary\b[^<>]*>/gi, HEAD)
    .replaceAll(/<\/summary>/gi, BODY);
}

/** Extracts the outermost folds with their headings from a marked text; nested folds are expanded in them. Pure. */
export function takeFolds(marked: string): { markdown: string; folded: string[] } {
  const folded: string[] = [];
  let kept = '';
  let depth = 0;
  let from = 0;
  for (const { 0: edge, index } of marked.matchAll(EDGE)) {
    if (edge === OPEN && depth++ === 0) {
      kept += marked.slice(from, index);
      from = index + 1;
    } else if (edge === CLOSE && depth > 0 && --depth === 0) {
      folded.push(unfold(expand(marked.slice(from, index))));
      from = index + 1;
    }
  }
  // The text of a fold that is not closed stays.
  return { markdown: withoutMarks(kept + marked.slice(from)), folded: folded.filter((text) => text !== '') };
}

/** Expands all folds in place, with their headings. Pure. */
export function openFolds(marked: string): string {
  return withoutMarks(expand(marked));
}

function expand(marked: string): string {
  let text = marked;
  for (let level = 0; level < NESTING && text.includes(CLOSE); level++) {
    text = text.replaceAll(INNERMOST, (_, content: string) => `\n\n${unfold(content)}\n\n`);
  }
  return text;
}

/** Removes the characters that serve as marks. */
export function withoutMarks(text: string): string {
  return text.replaceAll(MARKS, '');
}

function unfold(content: string): string {
  const end = content.indexOf(BODY);
  const [before = '', words = ''] = end === -1 ? [content] : content.slice(0, end).split(HEAD, 2);
  const body = end === -1 ? '' : content.slice(end + 1);
  const heading = decodeEntities(withoutMarks(words)).replaceAll('**', '').replaceAll(/\s+/g, ' ').trim();
  const text = withoutMarks(`${before}${body}`).replaceAll(/^\s*\n|\s+$/g, '');
  return [...(heading === '' ? [] : [`**${heading}**`]), ...(text === '' ? [] : [text])].join('\n\n');
}
