import { coerceInputValue, GraphQLError, isInputType, isNonNullType, typeFromAST } from 'graphql';
import type { GraphQLSchema, OperationDefinitionNode, VariableDefinitionNode } from 'graphql';
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
  operation: OperationDefinitionNode,
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

  for (const definition of operation.variableDefinitions ?? []) {
    const { name } = definition.variable;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) continue;
    const given = Object.hasOwn(variables, name.value) ? variables[name.value] : undefined;
    if (given === undefined || given === null) {
      const hasDefault = given === undefined && definition.defaultValue !== undefined;
      if (isNonNullType(type) && !hasDefault)
        refuse([name.value], `a value of type "${String(type)}" is required.`, definition);
      continue;
    }
    coerceInputValue(given, type, (path, _value, error) =>
      refuse([name.value, ...path], error.message, definition, error),
    );
  }
  if (errors.length > 0) throw new RequestRefused(errors);
}
