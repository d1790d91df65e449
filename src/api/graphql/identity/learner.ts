import { fault } from '../../../core/errors.ts';
import type { User } from '../../../domains/identity/user.ts';
import type { GraphqlContext } from '../context.ts';

/** Resolver of the user behind a session or an attempt. @throws USER_NOT_FOUND when deleted a moment ago */
export async function learner(
  of: { learnerId: string },
  _: unknown,
  { loaders }: GraphqlContext,
): Promise<User> {
  const user = await loaders.user(of.learnerId);
  if (!user) throw fault('USER_NOT_FOUND');
  return user;
}
