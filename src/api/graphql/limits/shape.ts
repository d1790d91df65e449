import { Kind } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';
import { tooComplex } from '../errors.ts';
import { limits } from './limits.ts';

/**
 * Rejects a document by its shape before validation, whose cost grows with the square of the quantities checked here.
 * The depth of introspection is left to GraphQL's own rule.
 * @throws RequestRefused
 */
export function checkShape(document: DocumentNode): void {
  const walk = createWalk(document);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) walk.depthOfFragment(definition.name.value);
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const depth = walk.depthOf(definition.selectionSet);
    if (depth > limits.depth) {
      throw tooComplex(`its fields are nested ${depth} levels deep, and the maximum is ${limits.depth}`);
    }
  }
  if (walk.aliases() > limits.aliases) {
    throw tooComplex(`it has ${walk.aliases()} aliases, and the maximum is ${limits.aliases}`);
  }
}

function createWalk(document: DocumentNode) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const depths = new Map<string, number>();
  let aliases = 0;

  /** Walks each fragment only once, even if it is spread many times. Validation rejects circular fragments. */
  function depthOfFragment(name: string): number {
    const known = depths.get(name);
    if (known !== undefined) return known;
    depths.set(name, 0);
    const fragment = fragments.get(name);
    const depth = fragment ? depthOf(fragment.selectionSet) : 0;
    depths.set(name, depth);
    return depth;
  }

  function depthOfSelection(selection: SelectionNode): number {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return depthOfFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return depthOf(selection.selectionSet);
    if (selection.alias) aliases++;
    const below = selection.selectionSet ? depthOf(selection.selectionSet) : 0;
    return isIntrospection(selection.name.value) ? 1 : 1 + below;
  }

  function depthOf(set: SelectionSetNode): number {
    refuseDuplicates(set);
    let deepest = 0;
    for (const selection of set.selections) {
      deepest = Math.max(deepest, depthOfSelection(selection));
    }
    return deepest;
  }

  return { depthOf, depthOfFragment, aliases: () => aliases };
}

function refuseDuplicates(set: SelectionSetNode): void {
  const seen = new Map<string, number>();
  for (const selection of set.selections) {
    const key = keyOf(selection);
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    if (count > limits.duplicates) {
      throw tooComplex(`it repeats "${key}" in one selection, and the maximum is ${limits.duplicates} times`);
    }
  }
}

function keyOf(selection: SelectionNode): string {
  if (selection.kind === Kind.FIELD) return (selection.alias ?? selection.name).value;
  if (selection.kind === Kind.FRAGMENT_SPREAD) return `...${selection.name.value}`;
  return `... on ${selection.typeCondition?.name.value ?? ''}`;
}

/** Returns whether a root field is introspection. */
function isIntrospection(field: string): boolean {
  return field === '__schema' || field === '__type';
}
