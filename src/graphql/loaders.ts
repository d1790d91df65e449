import type { LabProgress } from '../checks/attempt.ts';
import type { User } from '../identity/user.ts';
import type { Actor } from '../identity/actor.ts';
import type { LabView } from '../labs/lab.ts';
import type { Session } from '../sessions/session.ts';
import { createBatch } from './batch.ts';
import type { GraphqlServices } from './services.ts';

/** Reads by key, batched: what resolvers of elements of a list use instead of the services. */
export interface Loaders {
  user(id: string): Promise<User | undefined>;
  /** Labs are in memory. */
  lab(slug: string): LabView | undefined;
  session(id: string): Promise<Session | undefined>;
  progress(of: { learnerId: string; lab: string }): Promise<LabProgress>;
}

function itself(key: string): string {
  return key;
}

/** Loaders of one operation; `actor` is asked at each batch, since a subscription's may change. */
export function createLoaders(
  services: Pick<GraphqlServices, 'users' | 'labs' | 'sessions' | 'checks'>,
  actor: () => Actor | undefined,
): Loaders {
  return {
    user: createBatch((ids) => services.users.getMany(actor(), ids), itself),
    lab: (slug) => services.labs.getMany(actor(), [slug])[0],
    session: createBatch((ids) => services.sessions.getMany(actor(), ids), itself),
    progress: createBatch(
      (of) => services.checks.progress(actor(), of),
      ({ learnerId, lab }) => `${learnerId}/${lab}`,
    ),
  };
}
