import type { Clock } from '../../../core/clock.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { WarmPool } from './warm-environment.ts';
import { needOf } from './warm-plan.ts';
import type { WarmNeed, WarmRules } from './warm-plan.ts';
import { isWarm } from './warm-start.ts';

/** Assumed time to create an environment before any measurement, in milliseconds. */
const FIRST_GUESS_MS = 5_000;

/** Weight of the latest measurement in the average. */
const NEWEST_SHARE = 0.3;

/** Safety factor on the measured time when planning for a scheduled time. */
const SAFETY = 2;

export type WarmNeeds = ReturnType<typeof createWarmNeeds>;

/** Computes how many environments each lab needs now. */
export function createWarmNeeds(options: {
  catalogue: Pick<LabCatalogue, 'all'>;
  rules: WarmRules;
  /** How long before a scheduled time prewarming starts at the latest, in minutes. */
  aheadMinutes: number;
  /** How many are made at the same time. */
  atOnce: number;
  clock: Clock;
}) {
  const { catalogue, rules, aheadMinutes, atOnce, clock } = options;
  let averageMs = FIRST_GUESS_MS;

  function aheadOf({ warm }: Lab): number {
    const most = Math.max(warm.count, ...warm.schedule.map(({ count }) => count));
    return Math.max(aheadMinutes * 60_000, (SAFETY * most * averageMs) / atOnce);
  }

  return {
    /** Returns the needs of the labs whose current version in this process is the one that is prewarmed. */
    of(pools: readonly WarmPool[]): { lab: Lab; need: WarmNeed }[] {
      const now = clock.now();
      return catalogue.all().flatMap((lab) => {
        const pool = pools.find(
          ({ labSlug, labVersion }) => labSlug === lab.slug && labVersion === lab.version,
        );
        if (!pool || !isWarm(lab.warm)) return [];
        return [{ lab, need: needOf(lab.warm, pool, { ...rules, now, aheadMs: aheadOf(lab) }) }];
      });
    },
    /** Records how long the creation of one took, in milliseconds. */
    measured(milliseconds: number): void {
      averageMs += NEWEST_SHARE * (milliseconds - averageMs);
    },
  };
}
