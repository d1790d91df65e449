import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Pair, Tags } from 'yaml';
import { nestingProblem } from './yaml-nesting.ts';

/** A parsed lab.yaml with the lines of its keys. */
export interface LabYaml {
  /** The file as plain data; undefined if it is not valid YAML. */
  data: unknown;
  /** Syntax problems. */
  problems: { line: number | undefined; message: string }[];
  /** Returns the line, from 1, of the key or entry at `path`, or of its nearest existing parent. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** Maximum number of alias uses. People write fewer; more is an attack that expands to a huge document. */
const ALIAS_LIMIT = 100;

/** Parses YAML 1.2. Never throws, whatever the text contains. */
export function parseLabYaml(text: string): LabYaml {
  const nesting = nestingProblem(text);
  if (nesting !== undefined) {
    return { data: undefined, problems: [{ line: 1, message: nesting }], lineOf: () => 1 };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    customTags: withoutOctal,
  });
  const problems = [...document.errors, ...document.warnings].map(({ message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    message,
  }));
  let data: unknown;
  if (problems.length === 0) {
    try {
      data = document.toJS({ maxAliasCount: ALIAS_LIMIT });
    } catch (error) {
      // The parser throws this for an alias without an anchor, or for too many aliases.
      if (!(error instanceof ReferenceError)) throw error;
      problems.push({ line: 1, message: error.message });
    }
  }
  return { data, problems, lineOf: (path) => lines.linePos(offsetOf(document, path)).line };
}

/** Removes the octal tag: permission bits are parsed by their digits, so 0o755 must stay a text. */
function withoutOctal(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || !('format' in tag) || tag.format !== 'OCT');
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(({ key }) => isScalar(key) && key.value === part);
      offset = start(pair?.key) ?? offset;
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = start(node) ?? offset;
    } else break;
  }
  return offset;
}

function start(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
