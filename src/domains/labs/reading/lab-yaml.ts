import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node, Pair, Tags } from 'yaml';
import { nestingProblem } from './yaml-nesting.ts';

/** A parsed lab.yaml that knows where each key stands. */
export interface LabYaml {
  /** The file as plain data; undefined where it is not YAML. */
  data: unknown;
  /** What is wrong with the file as YAML. */
  problems: { line: number | undefined; message: string }[];
  /** Line, from 1, of the key or entry at `path`; of the nearest one around it where that is missing. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** Uses of anchors that are still a person's: more is a bomb. */
const ALIAS_LIMIT = 100;

/** Reads YAML 1.2 text. Never throws for what the text holds. */
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
      // The parser's way to refuse an alias without anchor, or too many of them.
      if (!(error instanceof ReferenceError)) throw error;
      problems.push({ line: 1, message: error.message });
    }
  }
  return { data, problems, lineOf: (path) => lines.linePos(offsetOf(document, path)).line };
}

/** Permission bits are read by their digits: 0o755 stays a text as it was written. */
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
