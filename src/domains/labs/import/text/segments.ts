/** A part of a scenario's text: prose or code. */
type Segment = Prose | Block | Pre;

interface Prose {
  kind: 'prose';
  text: string;
  /** Line of its start, from 1. */
  line: number;
}

/** A fenced code block. */
export interface Block {
  kind: 'block';
  indent: string;
  /** The list marker before it, such as "2. ". */
  marker: string;
  language: string;
  code: string;
  /** The words in `{{…}}` after its end. */
  words: string | undefined;
  line: number;
}

/** A `<pre>` block. */
export interface Pre {
  kind: 'pre';
  /** Its unparsed attributes. */
  attributes: string;
  code: string;
  words: string | undefined;
  line: number;
}

/** A line that may open a block: indent, list marker, fence and info string. */
const OPENING = /^([ \t]*)((?:[-*+]|\d{1,9}[.)])[ \t]+)?(`{3,}|~{3,})[ \t]*([^`]*)$/;

/** Names of languages after a fence. Any other text is already code. */
const LANGUAGE = /^(?:[\w+#.-]+|shell script)?\s*(?:\{[\d,\s-]*\})?$/;

/** A closing fence at the end of the last line of code. It counts only if an action follows it. */
const LATE_CLOSING = /^(.*[^`\s].*?)(`{3,}|~{3,})[ \t]*\{\{?([^{}]*)\}\}?\}?[ \t]*$/;

/** Largest indent of a fence, in spaces. A deeper one would be an indented code block. */
const DEEPEST = 3;

/** Splits Markdown into prose and code. It accepts more forms of fences than Markdown does. Pure. */
export function segmentsOf(markdown: string): Segment[] {
  const lines = markdown.replaceAll(/\r\n?/g, '\n').split('\n');
  const segments: Segment[] = [];
  let prose: string[] = [];
  let start = 0;
  const flush = (next: number) => {
    if (prose.length > 0) segments.push({ kind: 'prose', text: prose.join('\n'), line: start + 1 });
    prose = [];
    start = next;
  };
  for (let at = 0; at < lines.length;) {
    const taken = blockAt(lines, at) ?? preAt(lines, at);
    if (!taken) {
      if (prose.length === 0) start = at;
      prose.push(lines[at] ?? '');
      at += 1;
      continue;
    }
    if ('before' in taken && taken.before !== '') prose.push(taken.before);
    flush(at);
    segments.push(taken.segment);
    at = taken.next;
    if ('after' in taken && taken.after !== '') lines.splice((at -= 1), 1, taken.after);
  }
  flush(lines.length);
  return segments;
}

function blockAt(lines: readonly string[], at: number): { segment: Block; next: number } | undefined {
  const [, indent = '', marker = '', fence, info = ''] = OPENING.exec(lines[at] ?? '') ?? [];
  if (fence === undefined) return undefined;
  const spaces = indent.replaceAll('\t', '    ').length;
  const deep = spaces + marker.length;
  const isLanguage = LANGUAGE.test(info.trim());
  const code = isLanguage ? [] : [info.trim()];
  const closing = new RegExp(
    `^[ \\t]*${fence[0]}{${fence.length},}[ \\t]*(?:\\{\\{?([^{}]*)\\}\\}?\\}?)?[ \\t]*$`,
  );
  let words: string | undefined;
  let next = at + 1;
  for (; next < lines.length; next += 1) {
    const line = lines[next] ?? '';
    const end = closing.exec(line);
    const late = end ? undefined : LATE_CLOSING.exec(line);
    if (late?.[2] === fence) code.push(withoutIndent(late[1] ?? '', deep));
    if (end || late?.[2] === fence) {
      words = end ? end[1] : late?.[3];
      break;
    }
    code.push(withoutIndent(line, deep));
  }
  const segment: Block = {
    kind: 'block',
    indent: ' '.repeat(Math.min(spaces, DEEPEST)),
    marker,
    language: isLanguage ? languageOf(info) : '',
    code: code.join('\n'),
    words,
    line: at + 1,
  };
  return { segment, next: next + 1 };
}

/** Returns the language's name as one word. */
function languageOf(info: string): string {
  return info
    .replace(/\{.*$/, '')
    .trim()
    .replace(/^shell script$/, 'sh');
}

function withoutIndent(line: string, spaces: number): string {
  const plain = line.replace(/^[ \t]+/, (blank) => blank.replaceAll('\t', '    '));
  const blank = /^ */.exec(plain)?.[0].length ?? 0;
  return plain.slice(Math.min(blank, spaces));
}

function preAt(
  lines: readonly string[],
  at: number,
): { segment: Pre; next: number; before: string; after: string } | undefined {
  const [, before = '', attributes, first = ''] = /^(.*?)<pre\b([^>]*)>(.*)$/i.exec(lines[at] ?? '') ?? [];
  if (attributes === undefined || isInCode(before)) return undefined;
  const code: string[] = [];
  for (let next = at; next < lines.length; next += 1) {
    const line = next === at ? first : (lines[next] ?? '');
    const [, last, words, after = ''] = /^(.*?)<\/pre>(?:\{\{([^{}]*)\}\})?(.*)$/i.exec(line) ?? [];
    code.push(last ?? line);
    if (last === undefined) continue;
    const segment: Pre = { kind: 'pre', attributes, code: code.join('\n'), words, line: at + 1 };
    return { segment, next: next + 1, before: before.trimEnd(), after: after.trimStart() };
  }
  return undefined;
}

/** Whether the text opens inline code without closing it. */
function isInCode(before: string): boolean {
  return (before.match(/`/g)?.length ?? 0) % 2 === 1;
}
