import type { Clock } from '../../../core/clock.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { WarmPool } from './warm-environment.ts';
import { needOf } from './warm-need.ts';
import type { WarmNeed, WarmRules } from './warm-need.ts';
import { isWarm } from './warm-start.ts';

/** Time that one environment is thought to take before any was made, in milliseconds. */
const FIRST_GUESS_MS = 5_000;

/** How much the latest making counts in the average. */
const NEWEST_SHARE = 0.3;

/** Times are planned for as if making took so many times as long as it does. */
const CAUTION = 2;

export type WarmNeeds = ReturnType<typeof createWarmNeeds>;

/** How many environments each lab needs now. */
export function createWarmNeeds(options: {
  catalogue: Pick<LabCatalogue, 'all'>;
  rules: WarmRules;
  /** Shortest time before a scheduled one at which its environments begin to be made. */
  aheadMinutes: number;
  /** How many are made at the same time. */
  atOnce: number;
  clock: Clock;
}) {
  const { catalogue, rules, aheadMinutes, atOnce, clock } = options;
  let averageMs = FIRST_GUESS_MS;

  function aheadOf({ warm }: Lab): number {
    const most = Math.max(warm.count, ...warm.schedule.map(({ count }) => count));
    return Math.max(aheadMinutes * 60_000, (CAUTION * most * averageMs) / atOnce);
  }

  return {
    /** Of the labs whose present version here is the one that environments are made of. */
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
    /** One was made in so many milliseconds. */
    took(milliseconds: number): void {
      averageMs += NEWEST_SHARE * (milliseconds - averageMs);
    },
  };
}
