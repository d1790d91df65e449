import type { Lab } from '../lab.ts';
import { versionName } from './version-key.ts';
import type { KeptVersions } from './kept-versions.ts';
import type { VersionKey } from './version-key.ts';

/** Number of unused versions that stay in memory, for sessions that start during a reload. */
const FORMER_KEPT = 200;

export type RememberedLabs = ReturnType<typeof createRememberedLabs>;

/** Caches current and former versions of labs, which sessions read often. */
export function createRememberedLabs({ versions }: { versions: Pick<KeptVersions, 'read'> }) {
  const labs = new Map<string, Lab>();

  return {
    get: (key: VersionKey): Lab | undefined => labs.get(versionName(key)),

    /** Adds a lab that was read from elsewhere. */
    add(lab: Lab): void {
      const name = versionName(lab);
      if (!labs.has(name)) labs.set(name, lab);
    },

    /** Loads the `needed` versions, and evicts the oldest others. */
    async load(needed: readonly VersionKey[]): Promise<void> {
      for (const key of needed) {
        const name = versionName(key);
        const lab = labs.get(name) ?? (await versions.read(key));
        labs.delete(name);
        if (lab) labs.set(name, lab);
      }
      const names = new Set(needed.map(versionName));
      const former = [...labs.keys()].filter((name) => !names.has(name));
      for (const name of former.slice(0, -FORMER_KEPT)) labs.delete(name);
    },
  };
}
