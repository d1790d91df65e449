import type { WarmEnvironment } from './warm-environment.ts';
import type { WarmNeed } from './warm-need.ts';

/** A version of a lab. */
export interface LabVersion {
  slug: string;
  version: string;
}

export interface WarmPlan<L extends LabVersion> {
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
export function planWarm<L extends LabVersion>(
  needs: readonly { lab: L; need: WarmNeed }[],
  { present, current, limit }: { present: readonly Present[]; current: readonly LabVersion[]; limit: number },
): WarmPlan<L> {
  const staying = present.filter(({ state }) => state !== 'leaving');
  const isCurrent = ({ labSlug, labVersion }: Present) =>
    current.some(({ slug, version }) => slug === labSlug && version === labVersion);
  const remove = staying.filter((environment) => !isCurrent(environment));
  const missing: { lab: L; rank: number }[] = [];
  for (const { lab, need } of needs) {
    const ofLab = staying.filter(
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
  const making = environments.filter(({ state }) => state === 'making');
  const ready = environments.filter(({ state }) => state === 'ready');
  return [...making, ...ready].slice(0, count);
}
