import type { QuotaStore } from './quota-store.ts';

/** Most sessions of a learner that are active, or still on the engine. */
export type SessionLimit = (learnerId: string) => Promise<number>;

/** Reads it from the learner's quota; of one who has none it is `sessionLimit`. */
export function createSessionLimit(options: {
  quotas: Pick<QuotaStore, 'of'>;
  sessionLimit: number;
}): SessionLimit {
  const { quotas, sessionLimit } = options;
  return async (learnerId) => {
    const [quota] = await quotas.of([`learner:${learnerId}`]);
    return quota?.sessions ?? sessionLimit;
  };
}
