import { Kind } from 'graphql';
import type { GraphQLScalarType } from 'graphql';
import { fault, isFault } from '../../../core/errors.ts';
import { PAGE_LIMIT } from '../../../core/paging.ts';
import { findAttempt } from '../checks/checks-resolvers.ts';
import type { GraphqlContext } from '../context.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import type { NodeModel } from '../models.ts';
import { pageInfo } from './connection.ts';
import { details } from '../errors.ts';
import { readGlobalId } from '../../shared/global-id.ts';

/** Returns the object with this global id; undefined if it does not exist or the actor cannot access it. */
async function findNode(globalId: string, context: GraphqlContext): Promise<NodeModel | undefined> {
  const found = readGlobalId(globalId);
  if (!found) return undefined;
  switch (found.type) {
    case 'User':
      return withType('User', await context.loaders.user(found.id));
    case 'Assignment': {
      const assignment = await orNone(() => context.services.assignments.get(context.actor, found.id));
      return withType('Assignment', assignment);
    }
    case 'Course':
      return withType('Course', await context.loaders.course(found.id));
    case 'Lab':
      return withType('Lab', findLab(found.id, context));
    case 'Session':
      return withType('Session', await context.loaders.session(found.id));
    case 'Attempt':
      return withType('Attempt', await findAttempt(found.id, context));
    case 'Image':
      return withType('Image', await orNone(() => context.services.images.get(context.actor, found.id)));
    case 'Job':
      return withType('Job', await orNone(() => context.services.jobs.get(context.actor, found.id)));
    case 'LabSource': {
      const source = await orNone(() => context.services.labSources.get(context.actor, found.id));
      return withType('LabSource', source);
    }
    case 'Recording': {
      const recording = await orNone(() => context.services.recordings.get(context.actor, found.id));
      return withType('Recording', recording);
    }
    case 'ApiToken':
    case 'AssignmentOverride':
    case 'RaisedHand':
    case 'StepFeedback':
    case 'CourseInvitation':
    case 'CourseMember':
    case 'CourseSection':
    case 'SavedState':
      break;
  }
  // These are only read through their user, course or session.
  return undefined;
}

/** Returns undefined instead of an error if the object does not exist or only staff may read it. */
async function orNone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (
      isFault(
        error,
        'NOT_FOUND',
        'ASSIGNMENT_NOT_FOUND',
        'LAB_SOURCE_NOT_FOUND',
        'RECORDING_NOT_FOUND',
        'FORBIDDEN',
      )
    )
      return undefined;
    throw error;
  }
}

function withType<N extends string, T extends object>(__typename: N, object: T | undefined) {
  return object && { ...object, __typename };
}

export const baseResolvers = {
  Node: { __resolveType: (node) => node.__typename },
  PageInfo: pageInfo,
  Reason: { details },
  Query: {
    node: (_, { id }, context) => findNode(id, context),
    nodes: (_, { ids }, context) => {
      if (ids.length > PAGE_LIMIT) {
        throw fault('INPUT_INVALID', { problem: `"ids" can contain at most ${PAGE_LIMIT} ids.` });
      }
      return Promise.all(ids.map((id) => findNode(id, context)));
    },
  },
} satisfies Resolvers;

const WRITTEN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

function read(value: unknown): Date {
  const date = typeof value === 'string' && WRITTEN.test(value) ? new Date(value) : undefined;
  if (!date || Number.isNaN(date.getTime())) {
    throw fault('INPUT_INVALID', {
      problem: 'Invalid DateTime. The format is "2030-01-31T09:30:00.000Z".',
    });
  }
  return date;
}

/** The scalar DateTime: a Date in the service, RFC 3339 in requests and responses. */
export const dateTime = {
  serialize: (value: unknown) => (value as Date).toISOString(),
  parseValue: read,
  parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
} satisfies Partial<GraphQLScalarType<Date, string>>;

/** Returns a lab by its slug or, for another version than the present one, `slug@version`. */
function findLab(id: string, { loaders }: GraphqlContext) {
  const [slug = '', version] = id.split('@');
  const lab = loaders.lab(slug, version);
  return version === undefined || lab?.version === version ? lab : undefined;
}
