import type { IsolationProfile } from '../../../engine/engine.ts';

const pausable: Readonly<Record<IsolationProfile, boolean>> = {
  standard: true,
  restricted: true,
  nested: true,
};

/** Whether a machine of this profile may be frozen while nobody uses it: what it runs must not notice. Pure. */
export function mayPause(profile: IsolationProfile): boolean {
  return pausable[profile];
}
