import { parseLabYaml, hostileStructure } from '../../reading/lab-yaml.ts';
import { LineCounter, parseDocument } from 'yaml';

/** The result of parsing a file that should be JSON. */
export interface LooseJson {
  data: unknown;
  /** Places that are not strict JSON, but could be parsed. */
  problems: { line: number; message: string }[];
  /** Returns the line, from 1, of the key or entry at `path`, or of its nearest existing parent. */
  lineOf(path: readonly PropertyKey[]): number;
}

/**
 * Parses hand-written JSON: with extra or missing commas, comments, tabs and line ends in strings, and other
 * quotes. It uses a YAML parser, because JSON is a subset of YAML. That parser continues after such errors and
 * knows the lines of keys; a JSON5 parser stops at the first missing comma and knows no lines.
 */
export function parseLooseJson(source: string): LooseJson {
  const text = source.replace(/^\uFEFF/, '');
  const { lineOf } = parseLabYaml(withoutComments(text));
  try {
    return { data: JSON.parse(text), problems: [], lineOf };
  } catch {
    return { ...parseLoosely(withoutComments(text)), lineOf };
  }
}

function parseLoosely(text: string): Pick<LooseJson, 'data' | 'problems'> {
  const hostile = hostileStructure(text);
  if (hostile !== undefined) return { data: undefined, problems: [{ line: 1, message: hostile }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const problems = document.errors.map(({ message, pos: [offset] }) => ({
    line: lines.linePos(offset).line,
    message: `is not strict JSON: ${message}`,
  }));
  try {
    return { data: document.toJS({ maxAliasCount: 0 }), problems };
  } catch (error) {
    // The parser throws this for an alias, which JSON does not have.
    if (!(error instanceof ReferenceError)) throw error;
    return { data: undefined, problems: [...problems, { line: 1, message: error.message }] };
  }
}

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
