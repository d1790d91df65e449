import { getNamedType, isAbstractType, Kind } from 'graphql';
import type {
  DocumentNode,
  ExecutionResult,
  FragmentDefinitionNode,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { GraphqlContext } from '../context.ts';
import { fieldOf } from './cost.ts';
import type { Variables } from './cost.ts';
import { createRecent } from './recent.ts';

/**
 * The use of a cached query at which it is compiled. Compiling a query takes as long as interpreting it some fifty
 * times.
 */
const COMPILED_AT_USE = 3;
/**
 * Maximum number of fields of a compiled query, with fragments expanded. Each takes up to 0.1 ms to compile, during which
 * the process does nothing else. The largest query of the web app has about a hundred.
 */
const FIELD_LIMIT = 300;
/** Maximum number of fields of all compiled queries. Each takes about 5 KB of memory. */
const COMPILED_FIELDS = 4_000;

/** A compiled query. It has the parameters of an interpreted one: root value, context and variables. */
export type CompiledQuery = (
  root: unknown,
  context: GraphqlContext,
  variables: Variables,
) => Promise<ExecutionResult> | ExecutionResult;

/** A cached query, and what the compiler knows about it. */
export interface Compilable {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** Uses since it was cached, or since its compiled form was evicted. */
  uses: number;
  /** Whether it has too many fields, or cannot be compiled. */
  interpreted: boolean;
}

/**
 * Creates the compiler of queries. It returns the compiled form of a query that is used repeatedly, and undefined for
 * others, which are interpreted.
 */
export function createCompiler(schema: GraphQLSchema): (query: Compilable) => CompiledQuery | undefined {
  const recent = createRecent<Compilable, CompiledQuery>(COMPILED_FIELDS);

  return (query) => {
    const known = recent.get(query);
    if (known || query.interpreted) return known;
    query.uses += 1;
    if (query.uses < COMPILED_AT_USE) return undefined;
    query.uses = 0;
    const fields = fieldsOf(schema, query);
    const compiled = fields <= FIELD_LIMIT ? compileQuery(schema, query.document, '') : undefined;
    if (!compiled || !isCompiledQuery(compiled)) {
      query.interpreted = true;
      return undefined;
    }
    recent.keep(query, compiled.query, fields);
    return compiled.query;
  };
}

/** Returns the number of fields that compiling a validated operation generates code for. */
export function fieldsOf(
  schema: GraphQLSchema,
  { document, operation }: Pick<Compilable, 'document' | 'operation'>,
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
