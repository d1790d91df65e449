import type { WarmEnvironment } from './warm-environment.ts';
import type { WarmNeed } from './warm-need.ts';

/** A version of a lab that environments are made of. */
export interface LabVersion {
  slug: string;
  version: string;
}

export interface WarmPlan<L extends LabVersion> {
  /** Labs to make an environment of, one entry for each, the barest first. */
  make: L[];
  /** Ids of those that nobody needs any more. */
  remove: string[];
}

type Present = Pick<WarmEnvironment, 'id' | 'labSlug' | 'labVersion' | 'state'>;

/**
 * What leads from `present` to what is needed, with at most `limit` in all: where that is less than
 * is wanted, each lab gets one before any gets another. What leaves counts until it is gone. `current` are the versions that
 * environments are made of; `needs` are those of them that this process knows. Pure.
 */
export function planWarm<L extends LabVersion>(
  needs: readonly { lab: L; need: WarmNeed }[],
  { present, current, limit }: { present: readonly Present[]; current: readonly LabVersion[]; limit: number },
): WarmPlan<L> {
  const staying = present.filter(({ state }) => state !== 'leaving');
  const isCurrent = ({ labSlug, labVersion }: Present) =>
    current.some(({ slug, version }) => slug === labSlug && version === labVersion);
  const remove = staying.filter((environment) => !isCurrent(environment));
  const missing: { lab: L; place: number }[] = [];
  for (const { lab, need } of needs) {
    const ofLab = staying.filter(
      ({ labSlug, labVersion }) => labSlug === lab.slug && labVersion === lab.version,
    );
    remove.push(...leastUseful(ofLab, ofLab.length - need.kept));
    for (let place = ofLab.length; place < need.wanted; place++) missing.push({ lab, place });
  }
  missing.sort((one, other) => one.place - other.place);
  return {
    make: missing.slice(0, Math.max(0, limit - present.length)).map(({ lab }) => lab),
    remove: remove.map(({ id }) => id),
  };
}

/** Those that are not there yet go before those that are. */
function leastUseful(environments: Present[], count: number): Present[] {
  if (count <= 0) return [];
  const making = environments.filter(({ state }) => state === 'making');
  const ready = environments.filter(({ state }) => state === 'ready');
  return [...making, ...ready].slice(0, count);
}
