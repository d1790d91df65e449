import { fault, isFault } from '../../../core/errors.ts';
import { PAGE_LIMIT } from '../../../core/paging.ts';
import { findAttempt } from '../checks/find-attempt.ts';
import type { GraphqlContext } from '../context.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import type { NodeModel } from '../models.ts';
import { pageInfo } from './connection.ts';
import { details } from './details.ts';
import { readGlobalId } from './global-id.ts';

/** The object with this global id; undefined when there is none for this actor. */
async function findNode(globalId: string, context: GraphqlContext): Promise<NodeModel | undefined> {
  const found = readGlobalId(globalId);
  if (!found) return undefined;
  switch (found.type) {
    case 'User':
      return withType('User', await context.loaders.user(found.id));
    case 'Lab':
      return withType('Lab', context.loaders.lab(found.id));
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
    case 'SavedState':
      break;
  }
  // A token is read among its user's, a saved state with its session.
  return undefined;
}

/** What staff alone may see is for others as if it were not there. */
async function orNone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isFault(error, 'NOT_FOUND', 'LAB_SOURCE_NOT_FOUND', 'RECORDING_NOT_FOUND', 'FORBIDDEN'))
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
        throw fault('INPUT_INVALID', { problem: `"ids" may hold at most ${PAGE_LIMIT} ids.` });
      }
      return Promise.all(ids.map((id) => findNode(id, context)));
    },
  },
} satisfies Resolvers;
