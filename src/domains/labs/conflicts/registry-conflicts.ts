import type { KeyProblem } from '../schema/schema-messages.ts';
import { entries } from '../written.ts';
import type { Written } from '../written.ts';

/** Host name of the local registry on the networks of a lab. */
const REGISTRY = 'registry';

/** What keeps a lab that asks for the local registry from reaching it. */
export function registryOutOfPlace(lab: Written): KeyProblem[] {
  if (lab.registry !== true) return [];
  const named = entries(lab.machines)
    .filter(({ entry }) => entry.name === REGISTRY)
    .map(({ index }) => ({
      path: ['machines', index, 'name'],
      message: `must not be "${REGISTRY}", which is the host name of the local registry here`,
    }));
  const alone = { path: ['registry'], message: 'needs a network: "network" is "none"' };
  return lab.network === 'none' ? [...named, alone] : named;
}
