import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { atMostPage, INTROSPECTION_SHARE, PAGE_PRICE, priceOf } from './prices.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** Cost of an operation, and whether it depends on the values of variables. */
export interface Cost {
  cost: number;
  varies: boolean;
  /** Number of root fields, with fragments resolved. */
  rootFields: number;
}

/**
 * Returns the cost of a validated operation: 1 for each field, or its price. The fields of list elements are multiplied
 * by the maximum length of the list.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): Cost {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, { cost: number; fields: number }>();
  let varies = false;

  function valueOf(node: FieldNode, name: string): unknown {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
    if (!value) return undefined;
    if (value.kind === Kind.INT) return Number(value.value);
    if (value.kind === Kind.LIST) return { length: value.values.length };
    if (value.kind !== Kind.VARIABLE) return 'unknown';
    varies = true;
    return variables[value.name.value] ?? 'unknown';
  }

  /** Returns the factor for the fields within a field. */
  function timesOf(node: FieldNode, field: GraphQLField<unknown, unknown>): number {
    const page = field.args.find(({ name }) => name === 'first');
    if (page) return atMostPage(valueOf(node, 'first') ?? page.defaultValue);
    if (!field.args.some(({ name }) => name === 'ids')) return 1;
    const ids = valueOf(node, 'ids');
    return atMostPage(typeof ids === 'object' && ids && 'length' in ids ? ids.length : undefined);
  }

  function ofField(node: FieldNode, parent: GraphQLNamedType | undefined): number {
    const field = fieldOf(parent, node.name.value);
    const share = parent && isIntrospectionType(parent) ? INTROSPECTION_SHARE : 1;
    if (!parent || !field) return share;
    const isPage = field.args.some(({ name }) => name === 'first');
    const price = priceOf(parent.name, field.name) ?? (isPage ? PAGE_PRICE : {});
    const once = price.once ?? share;
    if (!node.selectionSet) return once;
    const times = price.times ?? timesOf(node, field);
    const inside = ofSelections(node.selectionSet, getNamedType(field.type)).cost;
    return once + times * ((price.each ?? 0) + inside);
  }

  function ofFragment(name: string): { cost: number; fields: number } {
    const before = known.get(name);
    if (before) return before;
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const result = fragment ? ofSelections(fragment.selectionSet, type) : { cost: 0, fields: 0 };
    known.set(name, result);
    return result;
  }

  function ofSelections(set: SelectionSetNode, type: GraphQLNamedType | undefined) {
    const sum = { cost: 0, fields: 0 };
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        sum.cost += ofField(selection, type);
        sum.fields += 1;
        continue;
      }
      const part =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? ofFragment(selection.name.value)
          : ofSelections(selection.selectionSet, narrowed(selection.typeCondition?.name.value, type));
      sum.cost += part.cost;
      sum.fields += part.fields;
    }
    return sum;
  }

  function narrowed(condition: string | undefined, type: GraphQLNamedType | undefined) {
    const narrower = condition === undefined ? type : schema.getType(condition);
    return isCompositeType(narrower) ? narrower : type;
  }

  const { cost, fields } = ofSelections(
    operation.selectionSet,
    schema.getRootType(operation.operation) ?? undefined,
  );
  return { cost: Math.ceil(cost), varies, rootFields: fields };
}

function fieldOf(parent: GraphQLNamedType | undefined, name: string) {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}
