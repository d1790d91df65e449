import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  valueFromAST,
} from 'graphql';
import type {
  GraphQLArgument,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLInputField,
  GraphQLSchema,
} from 'graphql';
import { sdl } from './generated/sdl.ts';
import { baseResolvers, dateTime } from './base/base-resolvers.ts';
import { admissionResolvers } from './admission/admission-resolvers.ts';
import { checksResolvers } from './checks/checks-resolvers.ts';
import { assignmentsResolvers } from './courses/assignments-resolvers.ts';
import { coursesResolvers } from './courses/courses-resolvers.ts';
import { helpResolvers } from './courses/help-resolvers.ts';
import { insightsResolvers } from './insights/insights-resolvers.ts';
import { gradesResolvers } from './grades/grades-resolvers.ts';
import { identityResolvers } from './identity/identity-resolvers.ts';
import { imagesResolvers } from './images/images-resolvers.ts';
import { jobsResolvers } from './jobs/jobs-resolvers.ts';
import { labsResolvers } from './labs/labs-resolvers.ts';
import { previewsResolvers } from './previews/previews-resolvers.ts';
import { savesResolvers } from './saves/saves-resolvers.ts';
import { sessionsResolvers } from './sessions/sessions-resolvers.ts';
import { terminalsResolvers } from './terminals/terminals-resolvers.ts';

/** The resolvers of each domain. */
const domainResolvers = [
  { DateTime: dateTime },
  baseResolvers,
  identityResolvers,
  coursesResolvers,
  assignmentsResolvers,
  helpResolvers,
  gradesResolvers,
  insightsResolvers,
  labsResolvers,
  imagesResolvers,
  jobsResolvers,
  sessionsResolvers,
  savesResolvers,
  admissionResolvers,
  terminalsResolvers,
  checksResolvers,
  previewsResolvers,
];

type TypeResolvers = Record<string, unknown>;

/** Creates a new executable schema. */
export function createSchema(): GraphQLSchema {
  const schema = buildSchema(sdl);
  for (const resolvers of domainResolvers) {
    for (const [name, type] of Object.entries<TypeResolvers>(resolvers)) attach(schema, name, type);
  }
  for (const input of inputsOf(schema)) readDefault(input);
  return schema;
}

function inputsOf(schema: GraphQLSchema): (GraphQLArgument | GraphQLInputField)[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (isInputObjectType(type)) return Object.values(type.getFields());
    if (isObjectType(type)) return Object.values(type.getFields()).flatMap((field) => field.args);
    return [];
  });
}

/** Reads a default value again after the enums have received the services' values. */
function readDefault(input: GraphQLArgument | GraphQLInputField): void {
  const written = input.astNode?.defaultValue;
  if (written) input.defaultValue = valueFromAST(written, input.type);
}

function attach(schema: GraphQLSchema, name: string, resolvers: TypeResolvers): void {
  const type = schema.getType(name);
  if (isScalarType(type)) {
    Object.assign(type, resolvers);
  } else if (isEnumType(type)) {
    // Must happen before the first use of the type, which builds its lookup tables.
    for (const value of type.getValues()) value.value = resolvers[value.name];
  } else if (isInterfaceType(type)) {
    Object.assign(type, { resolveType: resolvers['__resolveType'] });
  } else if (isObjectType(type)) {
    const fields = type.getFields();
    for (const [field, resolver] of Object.entries(resolvers)) {
      attachToField(fields[field], resolver, `${name}.${field}`);
    }
  } else {
    throw new Error(`There are resolvers for ${name}, which is not in the schema.`);
  }
}

type AnyField = GraphQLField<unknown, unknown>;
type AnyResolver = GraphQLFieldResolver<unknown, unknown>;

function attachToField(field: AnyField | undefined, resolver: unknown, name: string): void {
  if (!field) throw new Error(`There is a resolver for ${name}, which is not in the schema.`);
  if (typeof resolver === 'function') field.resolve = resolver as AnyResolver;
  else Object.assign(field, resolver);
}
