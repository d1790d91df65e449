import { fault } from '../../../core/errors.ts';
import type { User } from '../../../domains/identity/user.ts';
import { connection, given, pageOf } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import type { MutationResolvers, Resolvers } from '../generated/resolver-types.ts';
import type { GraphqlContext } from '../context.ts';

const identityMutations = {
  async createUser(_, { input }, { services, actor }) {
    const { name, email, role } = input;
    return { user: await services.users.create(actor, { name, email: given(email), role }) };
  },

  async updateUser(_, { input }, { services, actor }) {
    const { user, name, email, role, disabled } = input;
    const change = {
      name: given(name),
      email,
      role: given(role),
      disabled: given(disabled),
    };
    return { user: await services.users.update(actor, fromGlobalId('User', user), change) };
  },

  async deleteUser(_, { input: { user } }, { services, actor }) {
    const deleted = await services.users.delete(actor, fromGlobalId('User', user));
    return { deletedId: deleted ? user : null };
  },

  async createSignInLink(_, { input: { user } }, { services, actor, urls }) {
    const link = await services.users.createSignInLink(actor, fromGlobalId('User', user));
    return { url: urls.signIn(link.secret), expiresAt: link.expiresAt };
  },

  async createToken(_, { input }, { services, actor }) {
    const { name, scopes, expiresAt, user } = input;
    const userId = user ? fromGlobalId('User', user) : undefined;
    return await services.tokens.create(actor, {
      name,
      scopes: [...scopes],
      expiresAt: given(expiresAt),
      userId,
    });
  },

  async revokeToken(_, { input: { token } }, { services, actor }) {
    const revoked = await services.tokens.revoke(actor, fromGlobalId('ApiToken', token));
    return { revokedId: revoked ? token : null };
  },
} satisfies MutationResolvers;

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

/** Resolves the learner of a session or an attempt. @throws USER_NOT_FOUND if the user was just deleted */
export async function learner(
  of: { learnerId: string },
  _: unknown,
  { loaders }: GraphqlContext,
): Promise<User> {
  const user = await loaders.user(of.learnerId);
  if (!user) throw fault('USER_NOT_FOUND');
  return user;
}
