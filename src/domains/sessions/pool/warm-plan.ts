import { Temporal } from 'temporal-polyfill';
import type { Clock } from '../../../core/clock.ts';
import type { LabWarm, Lab, VersionKey } from '../../labs/lab.ts';
import type { WarmTime } from '../../labs/warm-time.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { WarmEnvironment, WarmPool } from './warm-store.ts';

interface WarmPlan<L extends VersionKey> {
  /** Labs to prewarm, one entry for each environment, those with the fewest first. */
  make: L[];
  /** Ids of environments that are no longer needed. */
  remove: string[];
}

type Present = Pick<WarmEnvironment, 'id' | 'labSlug' | 'labVersion' | 'state'>;

/**
 * Plans which environments to create and to remove, with at most `limit` in total. If that is less than needed, each lab
 * gets one before any lab gets another. An environment counts until it is removed. `current` are the prewarmed versions,
 * and `needs` has those that this process knows. Pure.
 */
export function planWarm<L extends VersionKey>(
  needs: readonly { lab: L; need: WarmNeed }[],
  { present, current, limit }: { present: readonly Present[]; current: readonly VersionKey[]; limit: number },
): WarmPlan<L> {
  const remaining = present.filter(({ state }) => state !== 'removing');
  const isCurrent = ({ labSlug, labVersion }: Present) =>
    current.some(({ slug, version }) => slug === labSlug && version === labVersion);
  const remove = remaining.filter((environment) => !isCurrent(environment));
  const missing: { lab: L; rank: number }[] = [];
  for (const { lab, need } of needs) {
    const ofLab = remaining.filter(
      ({ labSlug, labVersion }) => labSlug === lab.slug && labVersion === lab.version,
    );
    remove.push(...leastUseful(ofLab, ofLab.length - need.kept));
    for (let rank = ofLab.length; rank < need.wanted; rank++) missing.push({ lab, rank });
  }
  missing.sort((one, other) => one.rank - other.rank);
  return {
    make: missing.slice(0, Math.max(0, limit - present.length)).map(({ lab }) => lab),
    remove: remove.map(({ id }) => id),
  };
}

/** Returns `count` environments to remove, unfinished ones first. */
function leastUseful(environments: Present[], count: number): Present[] {
  if (count <= 0) return [];
  const creating = environments.filter(({ state }) => state === 'creating');
  const ready = environments.filter(({ state }) => state === 'ready');
  return [...creating, ...ready].slice(0, count);
}

/** How long unused environments stay after a scheduled time, in milliseconds: for late learners. */
const KEPT_MS = 30 * 60_000;

/** How many environments of a lab are needed. */
interface WarmNeed {
  /** Environments are created up to this number. */
  wanted: number;
  /** Environments are removed down to this number, which is never less than `wanted`. */
  kept: number;
}

interface WarmRules {
  /** Time zone of schedules, such as `Europe/Paris`. */
  zone: string;
  /** After so many minutes without a start, a lab counts as unused. */
  idleMinutes: number;
}

/**
 * Returns what a lab needs at `now`. Creation for a scheduled time starts `aheadMs` before it. From then on,
 * environments that sessions take are not replaced, and the rest stays for a while. The lab's plain count applies while
 * it is in use: until `idleMinutes` after its last start or scheduled time. Pure.
 */
export function needOf(
  { count, schedule }: LabWarm,
  pool: { neededAt: Date; drainedAt: Date | null },
  { now, aheadMs, zone, idleMinutes }: WarmRules & { now: Date; aheadMs: number },
): WarmNeed {
  const idleMs = idleMinutes * 60_000;
  const drainedAt = pool.drainedAt && pool.drainedAt >= pool.neededAt ? pool.drainedAt : undefined;
  // A pool that an admin emptied stays empty until a later scheduled time.
  const counts = (at: Date) => !drainedAt || at.getTime() - aheadMs > drainedAt.getTime();
  const span = { from: later(-KEPT_MS - idleMs), to: later(aheadMs), zone };
  const times = occurrences(schedule, span).filter(({ at }) => counts(at));
  const coming = times.filter(({ at }) => at > now);
  const late = times.filter(({ at }) => at <= now && at > later(-KEPT_MS));
  const inUse = (!drainedAt && pool.neededAt > later(-idleMs)) || times.some(({ at }) => at <= now);
  const wanted = most(inUse ? count : 0, coming);
  return { wanted, kept: most(wanted, late) };

  function later(ms: number): Date {
    return new Date(now.getTime() + ms);
  }
}

const most = (least: number, times: { count: number }[]) =>
  Math.max(least, ...times.map(({ count }) => count));

/** A time at which a schedule needs so many environments. */
interface Occurrence {
  at: Date;
  count: number;
}

/** Returns all times of the schedule after `from` and up to `to`, in the time zone `zone`, unordered. Pure. */
function occurrences(
  schedule: readonly WarmTime[],
  { from, to, zone }: { from: Date; to: Date; zone: string },
): Occurrence[] {
  if (schedule.length === 0) return [];
  const found: Occurrence[] = [];
  // When clocks go forward, a skipped time moves to the next day at most.
  let date = zoned(from, zone).toPlainDate().subtract({ days: 1 });
  for (; date.toZonedDateTime(zone).epochMilliseconds <= to.getTime(); date = date.add({ days: 1 })) {
    for (const { days, hour, minute, count } of schedule) {
      // Temporal counts days from Monday to Sunday, 1 to 7.
      if (!days.includes(date.dayOfWeek % 7)) continue;
      const plainTime = { hour, minute };
      const at = new Date(date.toZonedDateTime({ timeZone: zone, plainTime }).epochMilliseconds);
      if (at > from && at <= to) found.push({ at, count });
    }
  }
  return found;
}

const zoned = (instant: Date, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(zone);

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

/** Returns whether the lab is ever prewarmed. */
export function isWarm({ count, schedule }: LabWarm): boolean {
  return count > 0 || schedule.length > 0;
}
