import { fault } from '../../../core/errors.ts';
import type { User } from '../../../domains/identity/user.ts';
import type { GraphqlContext } from '../context.ts';

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
