import type { Lab } from '../../labs/lab.ts';
import { subjectsOf } from './ledger.ts';
import { needOf } from './need.ts';
import type { QuotaStore } from './quota-store.ts';
import type { Room } from './room.ts';
import { limitIn } from './session-limit.ts';
import { overQuota, tooLarge } from './too-large.ts';

/** What a start is bound by. */
export type StartRules = ReturnType<typeof createStartRules>;

/** Reads what quotas say of a start, once for all that is asked of them. */
export function createStartRules(options: {
  quotas: Pick<QuotaStore, 'of'>;
  room: Pick<Room, 'most'>;
  sessionLimit: number;
}) {
  const { quotas, room, sessionLimit } = options;

  /**
   * How many sessions the learner may have who starts the lab.
   * @throws LAB_TOO_LARGE for a lab that needs more than all sessions, or those of a quota, may have
   */
  return async function limitForStart(learnerId: string, lab: Lab): Promise<number> {
    const { slug, version, course } = lab;
    const need = needOf(lab);
    const problem = tooLarge(slug, need, await room.most());
    if (problem) throw problem;
    const rows = await quotas.of(subjectsOf({ learnerId, labSlug: slug, labVersion: version, course }));
    for (const quota of rows) {
      const over = overQuota(slug, need, quota);
      if (over) throw over;
    }
    return limitIn(rows, learnerId) ?? sessionLimit;
  };
}
