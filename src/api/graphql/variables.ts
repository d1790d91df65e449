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
import { RequestRefused } from './errors.ts';
import type { Variables } from './limits/cost.ts';

/** Most errors reported at once. Checking stops there: each further error would cost time and help nobody. */
const ERRORS_TOLD = 10;

/**
 * Checks the variables of a validated operation, so that neither the interpreter nor the compiler
 * meets a wrong one: each words its errors in its own way, and some of them look like faults of a resolver.
 * @throws RequestRefused with INPUT_INVALID, and the path of each wrong variable in `extensions.variable`
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
    errors.push(new GraphQLError(`Variable "$${variable}" is wrong: ${problem}`, options));
    if (errors.length >= ERRORS_TOLD) throw new RequestRefused(errors);
  }

  const requiredTypes = () => requiredTypesOf(schema, document, operation);

  for (const definition of operation.variableDefinitions ?? []) {
    const { name } = definition.variable;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) continue;
    const given = Object.hasOwn(variables, name.value) ? variables[name.value] : undefined;
    const isMissing = given === undefined && definition.defaultValue === undefined;
    if (given === null || isMissing) {
      // A default, the variable's or the argument's, lets it stand where only executing would meet the null.
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

/** Made once for each document: clients often give null, and the queries of an app are kept. */
const typesOf = new WeakMap<DocumentNode, Map<string, GraphQLInputType>>();

/** Types at places that take no null, by the variable that is used there. */
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
