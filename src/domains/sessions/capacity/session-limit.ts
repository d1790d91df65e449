import type { QuotaRow, QuotaStore } from './quota-store.ts';
import { formatSubject } from './quota-subject.ts';

/** Most sessions of a learner that are active, or still on the engine. */
export type SessionLimit = (learnerId: string) => Promise<number>;

/** Reads it from the learner's quota; of one who has none it is `sessionLimit`. */
export function createSessionLimit(options: {
  quotas: Pick<QuotaStore, 'of'>;
  sessionLimit: number;
}): SessionLimit {
  const { quotas, sessionLimit } = options;
  return async (learnerId) =>
    limitIn(await quotas.of([subjectOfLearner(learnerId)]), learnerId) ?? sessionLimit;
}

/** What the learner's own quota, where it is among these, says of it. Pure. */
export function limitIn(quotas: readonly QuotaRow[], learnerId: string): number | undefined {
  return quotas.find(({ subject }) => subject === subjectOfLearner(learnerId))?.sessions;
}

const subjectOfLearner = (learnerId: string) => formatSubject({ learner: learnerId });
