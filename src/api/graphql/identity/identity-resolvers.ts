import { connection, given, pageOf } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../base/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import { identityMutations } from './identity-mutations.ts';

export const identityResolvers = {
  Role: { ADMIN: 'admin', INSTRUCTOR: 'instructor', STUDENT: 'student' },
  Scope: { READ: 'read', LEARN: 'learn', MANAGE: 'manage' },
  User: {
    id: (user) => toGlobalId('User', user.id),
    tokens: (user, _, { services, actor }) => services.tokens.list(actor, user.id),
  },
  ApiToken: { id: (token) => toGlobalId('ApiToken', token.id) },
  UserConnection: connection,
  Query: {
    viewer: (_, _args, { services, actor }) => services.users.viewer(actor),
    user: (_, { id }, { services, actor }) => services.users.get(actor, fromGlobalId('User', id)),
    users: (_, args, { services, actor }) =>
      services.users.list(actor, { role: given(args.role), search: given(args.search) }, pageOf(args)),
  },
  Mutation: identityMutations,
} satisfies Resolvers;
