import { Parser, LineCounter, isScalar, parseDocument, visit } from 'yaml';
import type { CST, Document, Tags } from 'yaml';
import { createOffsets, startOf } from './yaml-offsets.ts';

/** A parsed lab.yaml with the lines of its keys. */
interface LabYaml {
  /** The file as plain data; undefined if it is not valid YAML. */
  data: unknown;
  /** Syntax problems. */
  problems: { line: number | undefined; message: string }[];
  /** Returns the line, from 1, of the key or entry at `path`, or of its nearest existing parent. */
  lineOf(path: readonly PropertyKey[]): number;
}

/**
 * Maximum number of aliases. People write fewer; more is an attack: they can expand to a huge document, and the parser
 * searches the document for the anchor of each.
 */
const ALIAS_LIMIT = 100;

/** Parses YAML 1.2. Never throws, whatever the text contains. */
export function parseLabYaml(text: string): LabYaml {
  const hostile = hostileStructure(text);
  if (hostile !== undefined) {
    return { data: undefined, problems: [{ line: 1, message: hostile }], lineOf: () => 1 };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // The parser compares each key with all others: see `repeatedKeys`.
    uniqueKeys: false,
    customTags: withoutOctal,
  });
  const problems = [...document.errors, ...document.warnings, ...repeatedKeys(document)].map(
    ({ message, pos }) => ({ line: lines.linePos(pos[0]).line, message }),
  );
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
  const offsetOf = createOffsets(document);
  return { data, problems, lineOf: (path) => lines.linePos(offsetOf(path)).line };
}

/** Finds keys that occur more than once in a mapping. */
function repeatedKeys(document: Document): { message: string; pos: [number] }[] {
  const found: { message: string; pos: [number] }[] = [];
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (keys.has(key.value)) found.push({ message: 'Map keys must be unique', pos: [startOf(key) ?? 0] });
        keys.add(key.value);
      }
    },
  });
  return found;
}

/** Removes the octal tag: permission bits are parsed by their digits, so 0o755 must stay a text. */
function withoutOctal(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || !('format' in tag) || tag.format !== 'OCT');
}

/** Maximum nesting of mappings and lists: far more than people write. */
const DEEPEST = 100;

/**
 * Explains why a YAML text nests too deeply or has too many aliases; undefined if it does not. Call it before composing
 * the document: composing is recursive, and a stack overflow inside a regular expression kills the process. This uses
 * a loop.
 */
export function hostileStructure(text: string): string | undefined {
  let aliases = 0;
  const open: { token: unknown; depth: number }[] = [];
  for (const token of new Parser().parse(text)) {
    open.push({ token, depth: 0 });
    for (let next = open.pop(); next; next = open.pop()) {
      const { type, value, items } = (next.token ?? {}) as Inner;
      if (type === 'alias') aliases += 1;
      if (aliases > ALIAS_LIMIT) return `has more than ${ALIAS_LIMIT} aliases: repeat the values instead`;
      const depth = items ? next.depth + 1 : next.depth;
      if (depth > DEEPEST) return `nests deeper than ${DEEPEST} levels`;
      for (const { key, value } of items ?? []) open.push({ token: key, depth }, { token: value, depth });
      if (!items && typeof value === 'object') open.push({ token: value, depth });
    }
  }
  return undefined;
}

/** The type and the nested parts of a token: the value of a document, or the entries of a mapping or a list. */
interface Inner {
  type?: CST.Token['type'];
  value?: unknown;
  items?: CST.CollectionItem[];
}

/** An unvalidated mapping of lab.yaml: any key may be missing or have a wrong type. */
export type Written = Record<string, unknown>;

/** Lists the mappings in a list, with their indexes. */
export function entries(list: unknown): { entry: Written; index: number }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, index) => (isMapping(entry) ? [{ entry, index }] : []));
}

export function isMapping(value: unknown): value is Written {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
