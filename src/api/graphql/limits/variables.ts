import {
  coerceInputValue,
  GraphQLError,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  typeFromAST,
  TypeInfo,
  ValidationContext,
  valueFromASTUntyped,
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

/**
 * Returns checked variables with the defaults of omitted fields of input objects, as GraphQL requires. The compiler
 * would refuse a non-null field that is omitted, even if it has a default.
 */
export function withDefaults(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Variables,
): Variables {
  const completed = { ...variables };
  for (const { variable, type: node } of variableDefinitions) {
    const { value: name } = variable.name;
    const type = typeFromAST(schema, node);
    if (isInputType(type) && Object.hasOwn(variables, name))
      completed[name] = complete(variables[name], type);
  }
  return completed;
}

function complete(value: unknown, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return complete(value, type.ofType);
  if (value === null || value === undefined) return value;
  if (isListType(type)) {
    return Array.isArray(value)
      ? value.map((each) => complete(each, type.ofType))
      : complete(value, type.ofType);
  }
  if (!isInputObjectType(type)) return value;
  const fields: Record<string, unknown> = { ...value };
  for (const { name, type: fieldType, astNode } of Object.values(type.getFields())) {
    if (fields[name] !== undefined) fields[name] = complete(fields[name], fieldType);
    else if (astNode?.defaultValue) fields[name] = valueFromASTUntyped(astNode.defaultValue);
  }
  return fields;
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
