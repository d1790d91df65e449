import { getNamedType, isAbstractType, Kind } from 'graphql';
import type {
  DocumentNode,
  FragmentDefinitionNode,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { fieldOf } from './cost.ts';

/**
 * The use of a cached query from which on mercurius may compile it, which it does one use later. Compiling a query takes
 * as long as interpreting it some fifty times.
 */
const REPEATED_AT_USE = 2;
/**
 * Maximum number of fields of a compiled query, with fragments expanded. Each takes up to 0.1 ms to compile, during which
 * the process does nothing else, and about 5 KB of memory. The largest query of the web app has 40.
 */
const FIELD_LIMIT = 150;

/** A cached query, and how it was used. */
export interface UsedQuery {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** Uses since it was cached. */
  uses: number;
  /** Whether it has few enough fields to be compiled, once that is known. */
  isSmall?: boolean;
}

/** Counts a use of a cached query. Returns whether it is used repeatedly and small enough to be compiled. */
export function countUse(schema: GraphQLSchema, query: UsedQuery): boolean {
  query.uses += 1;
  if (query.uses < REPEATED_AT_USE) return false;
  query.isSmall ??= fieldsOf(schema, query) <= FIELD_LIMIT;
  return query.isSmall;
}

/** Returns the number of fields that compiling a validated operation generates code for. */
export function fieldsOf(
  schema: GraphQLSchema,
  { document, operation }: Pick<UsedQuery, 'document' | 'operation'>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<FragmentDefinitionNode, number>();

  function ofFragment(fragment: FragmentDefinitionNode): number {
    const before = known.get(fragment);
    if (before !== undefined) return before;
    const fields = ofSelections(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value));
    known.set(fragment, fields);
    return fields;
  }

  function ofSelections(set: SelectionSetNode, type: GraphQLNamedType | undefined): number {
    let fields = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment) fields += ofFragment(fragment);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const narrowed = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type;
        fields += ofSelections(selection.selectionSet, narrowed);
      } else {
        const inside = getNamedType(fieldOf(type, selection.name.value)?.type);
        // The selection of an interface is compiled for each type that implements it.
        const times = isAbstractType(inside) ? schema.getPossibleTypes(inside).length : 1;
        fields += 1 + (selection.selectionSet ? times * ofSelections(selection.selectionSet, inside) : 0);
      }
    }
    return fields;
  }

  return ofSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}
