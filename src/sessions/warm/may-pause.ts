import type { IsolationProfile } from '../../engine/engine.ts';

/** Whether a machine of this profile may be frozen while nobody uses it: what it runs must not notice. Pure. */
export function mayPause(profile: IsolationProfile): boolean {
  switch (profile) {
    case 'standard':
    case 'restricted':
      return true;
  }
}
