import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, Document, Node, YAMLMap } from 'yaml';

/** The key and the value of an entry of a mapping. */
interface Entry {
  key: unknown;
  value: unknown;
}

/**
 * Creates a function that returns the offset of the key or entry at a path, or of its nearest existing parent. A lab
 * can have thousands of problems, so each mapping and each alias is searched once.
 */
export function createOffsets(document: Document): (path: readonly PropertyKey[]) => number {
  const indexes = new Map<YAMLMap, Map<unknown, Entry>>();
  const targets = new Map<Alias, unknown>();

  function entryOf(map: YAMLMap, name: PropertyKey): Entry | undefined {
    let index = indexes.get(map);
    if (!index) {
      // The first entry of a repeated key counts.
      index = new Map(
        map.items.toReversed().flatMap((pair) => (isScalar(pair.key) ? [[pair.key.value, pair]] : [])),
      );
      indexes.set(map, index);
    }
    return index.get(name);
  }

  function target(alias: Alias): unknown {
    if (!targets.has(alias)) targets.set(alias, alias.resolve(document));
    return targets.get(alias);
  }

  return (path) => {
    let node: unknown = document.contents;
    let offset = startOf(node) ?? 0;
    for (const part of path) {
      if (isAlias(node)) node = target(node);
      if (isMap(node)) {
        const entry = entryOf(node, part);
        offset = startOf(entry?.key) ?? offset;
        node = entry?.value;
      } else if (isSeq(node)) {
        node = node.items[Number(part)];
        offset = startOf(node) ?? offset;
      } else break;
    }
    return offset;
  };
}

/** Returns the offset at which a node starts, if it is a parsed one. */
export function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
