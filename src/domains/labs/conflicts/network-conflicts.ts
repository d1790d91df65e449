import type { KeyProblem } from '../schema/schema-messages.ts';
import { entries, isMapping } from '../written.ts';
import type { Written } from '../written.ts';

/** One key or the other; and no machine on a network that there is not, or on one twice. */
export function networksOutOfPlace(lab: Written): KeyProblem[] {
  const both = lab.network !== undefined && lab.networks !== undefined;
  const known = isMapping(lab.networks) ? Object.keys(lab.networks) : [];
  const foreign = entries(lab.machines).flatMap(({ entry, index }) =>
    (Array.isArray(entry.networks) ? entry.networks : []).flatMap(
      (name: unknown, place, all): KeyProblem[] => {
        const path = ['machines', index, 'networks', place];
        if (typeof name !== 'string') return [];
        if (known.includes(name)) {
          return all.indexOf(name) < place ? [{ path, message: `"${name}" is named twice` }] : [];
        }
        const there =
          known.length > 0 ? `there are ${known.join(', ')}` : 'name it under "networks" of the lab';
        return [{ path, message: `there is no network "${name}": ${there}` }];
      },
    ),
  );
  if (!both) return foreign;
  return [{ path: ['network'], message: 'must be left out where "networks" names them' }, ...foreign];
}
