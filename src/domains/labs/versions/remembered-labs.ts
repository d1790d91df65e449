import type { Lab } from '../lab.ts';
import { versionName } from './version-key.ts';
import type { KeptVersions } from './kept-versions.ts';
import type { VersionKey } from './version-key.ts';

/** Former versions kept in memory beside those in use: for sessions that start while labs are read. */
const FORMER_KEPT = 200;

export type RememberedLabs = ReturnType<typeof createRememberedLabs>;

/** Labs of present and former versions, in memory: what sessions ask for at every turn. */
export function createRememberedLabs({ versions }: { versions: Pick<KeptVersions, 'read'> }) {
  const labs = new Map<string, Lab>();

  return {
    get: (key: VersionKey): Lab | undefined => labs.get(versionName(key)),

    /** As if read from where versions are kept. */
    add(lab: Lab): void {
      const name = versionName(lab);
      if (!labs.has(name)) labs.set(name, lab);
    },

    /** Reads what is not in memory, and lets go of the oldest that is not in `needed`. */
    async hold(needed: readonly VersionKey[]): Promise<void> {
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
