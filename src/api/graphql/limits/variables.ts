import {
  coerceInputValue,
  GraphQLError,
  isInputType,
  isNonNullType,
  typeFromAST,
  TypeInfo,
  ValidationContext,
} from 'graphql';
import type {
  DocumentNode,
  GraphQLInputType,
  GraphQLSchema,
  OperationDefinitionNode,
  VariableDefinitionNode,
} from 'graphql';
import { RequestRefused } from '../errors.ts';
import type { Variables } from './cost.ts';

/** Maximum number of reported errors. Checking stops there: further errors would cost time and help nobody. */
const MAX_ERRORS = 10;

/**
 * Checks the variables of a validated operation, so that the interpreter and the compiler only get valid ones. Their
 * error messages differ, and some look like faults of a resolver.
 * @throws RequestRefused with INPUT_INVALID, and the path of each invalid variable in `extensions.variable`
 */
export function checkVariables(
  schema: GraphQLSchema,
  { document, operation }: { document: DocumentNode; operation: OperationDefinitionNode },
  variables: Variables,
): void {
  const errors: GraphQLError[] = [];

  function refuse(
    path: readonly (string | number)[],
    problem: string,
    node: VariableDefinitionNode,
    cause?: GraphQLError,
  ): void {
    const variable = path
      .map((part, index) => (typeof part === 'number' ? `[${part}]` : index > 0 ? `.${part}` : part))
      .join('');
    const options = { nodes: node, originalError: cause?.originalError, extensions: { variable } };
    errors.push(new GraphQLError(`Variable "$${variable}" is invalid: ${problem}`, options));
    if (errors.length >= MAX_ERRORS) throw new RequestRefused(errors);
  }

  const requiredTypes = () => requiredTypesOf(schema, document, operation);

  for (const definition of operation.variableDefinitions ?? []) {
    const { name } = definition.variable;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) continue;
    const given = Object.hasOwn(variables, name.value) ? variables[name.value] : undefined;
    const isMissing = given === undefined && definition.defaultValue === undefined;
    if (given === null || isMissing) {
      // If the variable or the argument has a default, validation accepts it, and only execution would find the null.
      const required = isNonNullType(type) || isMissing ? type : requiredTypes().get(name.value);
      if (isNonNullType(required))
        refuse([name.value], `a value of type "${String(required)}" is required.`, definition);
    }
    if (given === null || given === undefined) continue;
    coerceInputValue(given, type, (path, _value, error) =>
      refuse([name.value, ...path], error.message, definition, error),
    );
  }
  if (errors.length > 0) throw new RequestRefused(errors);
}

/** Types by document. They are computed once, because clients often send null, and an app's queries are cached. */
const typesOf = new WeakMap<DocumentNode, Map<string, GraphQLInputType>>();

/** Returns the non-null types that variables are used as, by the name of the variable. */
function requiredTypesOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Map<string, GraphQLInputType> {
  const known = typesOf.get(document);
  if (known) return known;
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => undefined);
  const types = new Map<string, GraphQLInputType>();
  for (const { node, type } of context.getRecursiveVariableUsages(operation))
    if (isNonNullType(type)) types.set(node.name.value, type);
  typesOf.set(document, types);
  return types;
}
