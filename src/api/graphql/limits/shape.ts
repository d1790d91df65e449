import { Kind } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, SelectionNode, SelectionSetNode } from 'graphql';
import { tooComplex } from '../errors.ts';
import { limits } from './limits.ts';

/**
 * Refuses a document by its mere form, before its validation, whose cost grows with the square of
 * what is looked at here. How deep introspection goes is counted by GraphQL's own rule instead.
 * @throws RequestRefused
 */
export function checkShape(document: DocumentNode): void {
  const walk = createWalk(document);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) walk.depthOfFragment(definition.name.value);
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const depth = walk.depthOf(definition.selectionSet);
    if (depth > limits.depth) {
      throw tooComplex(`fields lie ${depth} deep, at most ${limits.depth} are taken`);
    }
  }
  if (walk.aliases() > limits.aliases) {
    throw tooComplex(`it has ${walk.aliases()} aliases, at most ${limits.aliases} are taken`);
  }
}

function createWalk(document: DocumentNode) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const depths = new Map<string, number>();
  let aliases = 0;

  /** Each fragment is walked once, however often it is spread; validation refuses those in a circle. */
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
      throw tooComplex(`it repeats "${key}" in one selection, at most ${limits.duplicates} times are taken`);
    }
  }
}

function keyOf(selection: SelectionNode): string {
  if (selection.kind === Kind.FIELD) return (selection.alias ?? selection.name).value;
  if (selection.kind === Kind.FRAGMENT_SPREAD) return `...${selection.name.value}`;
  return `... on ${selection.typeCondition?.name.value ?? ''}`;
}

/** Whether a field at the root reads the schema itself. */
function isIntrospection(field: string): boolean {
  return field === '__schema' || field === '__type';
}
