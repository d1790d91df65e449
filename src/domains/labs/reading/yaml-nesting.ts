import { Parser } from 'yaml';
import type { CST } from 'yaml';

/** Maximum nesting of mappings and lists: far more than people write. */
const DEEPEST = 100;

/**
 * Explains why a YAML text nests too deeply; undefined if it does not. Call it before composing the document:
 * composing is recursive, and a stack overflow inside a regular expression kills the process. This uses a loop.
 */
export function nestingProblem(text: string): string | undefined {
  const open: { token: unknown; depth: number }[] = [];
  for (const token of new Parser().parse(text)) {
    open.push({ token, depth: 0 });
    for (let next = open.pop(); next; next = open.pop()) {
      const { value, items } = (next.token ?? {}) as Inner;
      const depth = items ? next.depth + 1 : next.depth;
      if (depth > DEEPEST) return `nests deeper than ${DEEPEST} levels`;
      for (const { key, value } of items ?? []) open.push({ token: key, depth }, { token: value, depth });
      if (!items && typeof value === 'object') open.push({ token: value, depth });
    }
  }
  return undefined;
}

/** The nested parts of a token: the value of a document, or the entries of a mapping or a list. */
interface Inner {
  value?: unknown;
  items?: CST.CollectionItem[];
}
