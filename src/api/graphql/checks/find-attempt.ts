import type { Attempt } from '../../../domains/checks/results/attempt.ts';
import { isFault } from '../../../core/errors.ts';
import type { GraphqlContext } from '../context.ts';

/** Returns the attempt; undefined if it does not exist or the actor cannot access it. */
export async function findAttempt(
  id: string,
  { services, actor }: GraphqlContext,
): Promise<Attempt | undefined> {
  try {
    return await services.checks.get(actor, id);
  } catch (error) {
    if (isFault(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}
