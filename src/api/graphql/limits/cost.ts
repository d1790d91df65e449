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
import { PAGE_LIMIT } from '../../../core/paging.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** Cost of an operation, and whether it depends on the values of variables. */
export interface Cost {
  cost: number;
  varies: boolean;
  /** Number of root fields, with fragments resolved. */
  rootFields: number;
}

/**
 * Returns the cost of a validated operation: 1 for each field, 10 for each page, 1/5 for each field of the introspection,
 * or the field's price. The fields of list elements are multiplied by the maximum length of the list.
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

/** Returns a field of a type, also `__schema` and `__type`; undefined if it has no such field. */
export function fieldOf(parent: GraphQLNamedType | undefined, name: string) {
  if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
  if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/** The cost of a field that differs from the usual cost of 1. */
interface Price {
  /** Cost of the field itself. */
  once?: number;
  /** Cost of each element, in addition to its fields. */
  each?: number;
  /** Factor for the fields within it, if no argument sets one. */
  times?: number;
}

/** A page, which is read from the database each time. */
const PAGE_PRICE: Price = { once: 10 };

/** Factor for introspection fields, which are read from memory. With 1/5, the whole schema costs half of the limit. */
const INTROSPECTION_SHARE = 1 / 5;

/** Prices of expensive fields by type and name. Their reads are not batched. */
const prices: Readonly<Record<string, Price>> = {
  // Each attempt is looked up separately.
  'Query.nodes': { each: 10 },
  // Two reads, and a list without pages.
  'User.tokens': { once: 50, times: 20 },
  // Lists without pages.
  'Course.sections': { once: 20, times: 50 },
  'Course.assignments': { once: 20, times: 50 },
  'Course.invitations': { once: 20, times: 50 },
  'Assignment.overrides': { once: 20, times: 20 },
  'Assignment.edits': { once: 20, times: 20 },
  // A single read, for one learner.
  'Assignment.hand': { once: 10 },
  // Pages, which also read the role of the user.
  'Course.members': { once: 20 },
  'Course.hands': { once: 20 },
  // Each summarises all attempts at the assignment in two reads, and lists its steps or learners without pages.
  'Assignment.insights': { once: 40, times: 20 },
  'Assignment.stuck': { once: 40, times: 20 },
  'StepInsight.findings': { times: 5 },
  // It reads the grades of a page, and the work of outdated ones. The lists have one element per assignment or step.
  'Course.gradebook': { once: 40 },
  'GradebookConnection.assignments': { times: 20 },
  'GradebookRow.grades': { times: 20 },
  'Grade.steps': { times: 8 },
  'Grade.changes': { once: 20, times: 10 },
  'Assignment.grade': { once: 20 },
  'Assignment.gradeOf': { once: 20 },
  'Assignment.matrix': { once: 40 },
  // Reads the work of all learners.
  'Assignment.preview': { once: 500, times: 50 },
  'Query.previewOverride': { once: 500, times: 50 },
  'ImportMembersPayload.errors': { times: 20 },
  'Session.terminals': { once: 50, times: 20 },
  'Session.attempts': { once: 40 },
  'Session.recordings': { once: 40 },
  // A list without pages.
  'Query.recordedCollections': { once: 20, times: 100 },
  'RecordCollectionPayload.collections': { once: 20, times: 100 },
  // The engine lists all of its images.
  'Query.image': { once: 100 },
  'Query.images': { once: 100 },
  // A short list.
  'Query.imageFolders': { once: 20, times: 20 },
  'Query.registryCredentials': { once: 20, times: 20 },
  // Up to 256 KB of text.
  'Job.log': { once: 400 },
  // A list that is usually short and at most some hundreds long.
  'Query.labPins': { once: 50, times: 50 },
  // Two reads, and a list without pages.
  'Query.warmPools': { once: 20, times: 20 },
  // One request to the registry for the tags of each name.
  'Query.localRegistry': { once: 500 },
  'LocalRegistry.images': { times: 100 },
  // Reads the whole queue, once for all simultaneous requests.
  'Session.queue': { once: 20 },
  // Reads all sessions and prewarmed environments.
  'Query.engineCapacity': { once: 30 },
  // A list without pages.
  'Query.quotas': { once: 20, times: 100 },
  // Up to 64 KB of text.
  'Attempt.output': { once: 200 },
  // A step has a few hints.
  'StepProgress.hints': { times: 3 },
  // The same text, divided among the few checks of a step.
  'Attempt.verdicts': { times: 4 },
  'CheckVerdict.evidence': { once: 50 },

  // At least the average number of elements of these lists in this schema.
  '__Schema.types': { times: 80 },
  '__Schema.directives': { times: 8 },
  '__Directive.args': { times: 2 },
  '__Type.fields': { times: 3 },
  '__Type.possibleTypes': { times: 2 },
};

/** Returns the price of a field; undefined for the usual price. */
function priceOf(type: string, field: string): Price | undefined {
  return prices[`${type}.${field}`];
}

/** Returns the requested page size, or the largest if it is unknown or invalid. */
function atMostPage(size: unknown): number {
  return typeof size === 'number' && size >= 0 ? Math.min(size, PAGE_LIMIT) : PAGE_LIMIT;
}
