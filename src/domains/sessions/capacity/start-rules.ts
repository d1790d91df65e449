import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Lab } from '../../labs/lab.ts';
import type { EngineCapacity } from './engine-capacity.ts';
import { neverFits, subjectsOf } from './ledger.ts';
import { needOf } from './need.ts';
import type { Limits, QuotaLimit, Share } from './ledger.ts';
import type { QuotaRow, QuotaStore } from './quota-store.ts';
import { formatSubject } from './quota.ts';

/** Returns how many sessions of a learner may be active, or still on the engine. */
export type SessionLimit = (learnerId: string) => Promise<number>;

/** Reads the limit from the learner's quota; without a quota it is `sessionLimit`. */
export function createSessionLimit(options: {
  quotas: Pick<QuotaStore, 'of'>;
  sessionLimit: number;
}): SessionLimit {
  const { quotas, sessionLimit } = options;
  return async (learnerId) =>
    limitIn(await quotas.of([subjectOfLearner(learnerId)]), learnerId) ?? sessionLimit;
}

export type StartRules = ReturnType<typeof createStartRules>;

/** Checks a start against all quotas that apply to it, with one query. */
export function createStartRules(options: {
  quotas: Pick<QuotaStore, 'of'>;
  capacity: Pick<EngineCapacity, 'maximum'>;
  sessionLimit: number;
}) {
  const { quotas, capacity, sessionLimit } = options;

  /**
   * Returns how many sessions the learner who starts the lab, in self-study or for a course, may have.
   * @throws LAB_TOO_LARGE if the lab needs more than all sessions, or those of a quota, may use
   */
  return async function limitForStart(learnerId: string, lab: Lab, courseId?: string): Promise<number> {
    const { slug, version, collection } = lab;
    const need = needOf(lab);
    const problem = tooLarge(slug, need, await capacity.maximum());
    if (problem) throw problem;
    const rows = await quotas.of(
      subjectsOf({ learnerId, labSlug: slug, labVersion: version, collection, courseId }),
    );
    for (const quota of rows) {
      const over = overQuota(slug, need, quota);
      if (over) throw over;
    }
    return limitIn(rows, learnerId) ?? sessionLimit;
  };
}

type Need = Pick<Share, 'memoryBytes' | 'networks'>;

/** Returns why an environment with this need can never be created; undefined if it can. Pure. */
export function tooLarge(
  lab: string,
  need: Need,
  maximum: Pick<Limits, 'memoryBytes' | 'networks'>,
): Fault | undefined {
  const what = neverFits(need, maximum);
  if (what === undefined) return undefined;
  if (what === 'memory') return tooMuchMemory(lab, need, maximum.memoryBytes, RAISE_BUDGET);
  return fault('LAB_TOO_LARGE', {
    lab,
    needed: `${need.networks} networks`,
    maximum: `${maximum.networks} of them`,
    remedy: 'gives BERTH_SUBNET_POOL a larger range',
  });
}

const RAISE_BUDGET = 'raises BERTH_MEMORY_BUDGET';

function overQuota(lab: string, need: Need, quota: QuotaLimit): Fault | undefined {
  if (need.memoryBytes <= (quota.memoryBytes ?? Infinity)) return undefined;
  return tooMuchMemory(lab, need, quota.memoryBytes ?? 0, `raises the quota of ${quota.subject}`);
}

function tooMuchMemory(lab: string, need: Need, maximum: number, remedy: string): Fault {
  const needed = `${formatBytes(need.memoryBytes)} of memory`;
  return fault('LAB_TOO_LARGE', { lab, needed, maximum: formatBytes(maximum), remedy });
}

/** Returns the limit of the learner's own quota, if it is among these. */
function limitIn(quotas: readonly QuotaRow[], learnerId: string): number | undefined {
  return quotas.find(({ subject }) => subject === subjectOfLearner(learnerId))?.sessions;
}

const subjectOfLearner = (learnerId: string) => formatSubject({ learner: learnerId });
