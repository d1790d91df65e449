import { Parser } from 'yaml';
import type { CST } from 'yaml';

/** Mappings and lists within one another that a person writes: far fewer. */
const DEEPEST = 100;

/**
 * What is wrong with how deep a YAML text nests. It has to be asked before the text is composed: that
 * goes down by recursion, and a stack that is used up in a regular expression ends the whole process. What
 * asks here has a stack of its own.
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

/** What may be in a token: what a document holds, or the entries of a mapping or a list. */
interface Inner {
  value?: unknown;
  items?: CST.CollectionItem[];
}
