import { isWithoutRoot, machineReferences, writtenAs } from './machine-references.ts';
import type { KeyProblem } from '../schema/schema-messages.ts';
import { startConflicts } from './start-conflicts.ts';
import { stepConflicts } from './step-conflicts.ts';
import { entries, isMapping } from '../reading/written.ts';
import type { Written } from '../reading/written.ts';

/** A volume within another one would hide part of it. */
function volumesWithin(machines: unknown): KeyProblem[] {
  return entries(machines).flatMap(({ entry, index }) => {
    const paths = Array.isArray(entry.volumes) ? entry.volumes.map(String) : [];
    return paths.flatMap((path, place): KeyProblem[] => {
      const other = paths.find(
        (one, at) => at < place && (one === path || within(path, one) || within(one, path)),
      );
      if (other === undefined) return [];
      return [
        {
          path: ['machines', index, 'volumes', place],
          message: `must not lie within another one, "${other}"`,
        },
      ];
    });
  });
}

const within = (path: string, folder: string) => path.startsWith(`${folder}/`);

/** Host name of the local registry on the networks of a lab. */
const REGISTRY = 'registry';

/** What keeps a lab that asks for the local registry from reaching it. */
function registryOutOfPlace(lab: Written): KeyProblem[] {
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

/**
 * What is wrong between keys that are each right by themselves: names used twice, machines that
 * are not there, a life that ends before it is idle. Looks at the file as written, so that these
 * are told together with what the schema finds.
 */
export function findConflicts(data: unknown): KeyProblem[] {
  const lab = isMapping(data) ? data : {};
  return [
    ...repeated(lab.machines, 'machines', 'name'),
    ...repeated(lab.steps, 'steps', 'id'),
    ...rootWhereNoneIs(lab.machines),
    ...networksOutOfPlace(lab),
    ...registryOutOfPlace(lab),
    ...volumesWithin(lab.machines),
    ...machineStarts(lab),
    ...stepConflicts(lab),
    ...lifetimeOutOfOrder(lab.lifetime),
  ];
}

function repeated(list: unknown, listKey: string, key: string): KeyProblem[] {
  const seen = new Set<unknown>();
  return entries(list).flatMap(({ entry, index }) => {
    const value = entry[key];
    if (typeof value !== 'string') return [];
    if (!seen.has(value)) {
      seen.add(value);
      return [];
    }
    return [
      { path: [listKey, index, key], message: `"${value}" is used twice: each ${key} must be its own` },
    ];
  });
}

function rootWhereNoneIs(machines: unknown): KeyProblem[] {
  return entries(machines)
    .filter(
      ({ entry }) =>
        isWithoutRoot(entry.profile) && (entry.user === 'root' || /^0+$/.test(String(entry.user))),
    )
    .map(({ entry, index }) => ({
      path: ['machines', index, 'user'],
      message: `must not be root: the profile is "${String(entry.profile)}"`,
    }));
}

/** As {@link stepConflicts} of what runs in the fresh machines. */
function machineStarts(lab: Written): KeyProblem[] {
  return entries(lab.machines).flatMap(({ entry: machine, index }) => {
    const starts = writtenAs(machine, 'start', ['machines', index]);
    const here = starts.map(({ entry, path }) => ({
      entry: { ...entry, machine: machine.name },
      path,
      what: 'a start script',
    }));
    return [...startConflicts(starts), ...machineReferences(lab, here)];
  });
}

function lifetimeOutOfOrder(lifetime: unknown): KeyProblem[] {
  if (!isMapping(lifetime)) return [];
  const order = ['idle', 'total', 'max'].filter((key) => typeof lifetime[key] === 'number');
  return order.flatMap((key, place) => {
    const before = order[place - 1];
    if (before === undefined || Number(lifetime[key]) >= Number(lifetime[before])) return [];
    return [{ path: ['lifetime', key], message: `must not be less than "${before}"` }];
  });
}

/** One key or the other; and no machine on a network that there is not, or on one twice. */
function networksOutOfPlace(lab: Written): KeyProblem[] {
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
