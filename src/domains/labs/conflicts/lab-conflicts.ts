import {
  isWithoutRoot,
  machineReferences,
  writtenAs,
  startConflicts,
  stepConflicts,
} from './step-conflicts.ts';
import type { PatternReader } from '../pattern.ts';
import type { KeyProblem } from '../schema/schema-messages.ts';
import { entries, isMapping } from '../reading/lab-yaml.ts';
import type { Written } from '../reading/lab-yaml.ts';

/** Rejects nested volumes: the inner one would hide a part of the outer one. */
function nestedVolumes(machines: unknown): KeyProblem[] {
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
          message: `must not be inside the volume "${other}"`,
        },
      ];
    });
  });
}

const within = (path: string, folder: string) => path.startsWith(`${folder}/`);

/** Host name of the local registry on the networks of a lab. */
const REGISTRY = 'registry';

/** Finds settings that make the local registry unreachable for a lab that needs it. */
function registryConflicts(lab: Written): KeyProblem[] {
  if (lab.registry !== true) return [];
  const named = entries(lab.machines)
    .filter(({ entry }) => entry.name === REGISTRY)
    .map(({ index }) => ({
      path: ['machines', index, 'name'],
      message: `must not be "${REGISTRY}": that is the host name of the local registry`,
    }));
  const offline = { path: ['registry'], message: 'needs a network, but "network" is "none"' };
  return lab.network === 'none' ? [...named, offline] : named;
}

/**
 * Finds conflicts between keys that are each valid: duplicate names, unknown machines, a lifetime shorter than
 * the idle time. It reads the unvalidated data, so its problems are reported together with the schema's.
 */
export function findConflicts(data: unknown, readPattern: PatternReader): KeyProblem[] {
  const lab = isMapping(data) ? data : {};
  return [
    ...repeated(lab.machines, 'machines', 'name'),
    ...repeated(lab.steps, 'steps', 'id'),
    ...rootInRootlessMachines(lab.machines),
    ...networkConflicts(lab),
    ...registryConflicts(lab),
    ...nestedVolumes(lab.machines),
    ...machineStartConflicts(lab),
    ...stepConflicts(lab, readPattern),
    ...lifetimeConflicts(lab.lifetime),
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
    return [{ path: [listKey, index, key], message: `"${value}" is used twice: each ${key} must be unique` }];
  });
}

function rootInRootlessMachines(machines: unknown): KeyProblem[] {
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

/** Finds conflicts in the start scripts of machines. */
function machineStartConflicts(lab: Written): KeyProblem[] {
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

function lifetimeConflicts(lifetime: unknown): KeyProblem[] {
  if (!isMapping(lifetime)) return [];
  const order = ['idle', 'total', 'max'].filter((key) => typeof lifetime[key] === 'number');
  return order.flatMap((key, place) => {
    const before = order[place - 1];
    if (before === undefined || Number(lifetime[key]) >= Number(lifetime[before])) return [];
    return [{ path: ['lifetime', key], message: `must not be less than "${before}"` }];
  });
}

/** Rejects both network keys together, and machines on unknown or repeated networks. */
function networkConflicts(lab: Written): KeyProblem[] {
  const both = lab.network !== undefined && lab.networks !== undefined;
  const known = isMapping(lab.networks) ? Object.keys(lab.networks) : [];
  const foreign = entries(lab.machines).flatMap(({ entry, index }) =>
    (Array.isArray(entry.networks) ? entry.networks : []).flatMap(
      (name: unknown, place, all): KeyProblem[] => {
        const path = ['machines', index, 'networks', place];
        if (typeof name !== 'string') return [];
        if (known.includes(name)) {
          return all.indexOf(name) < place ? [{ path, message: `"${name}" is listed twice` }] : [];
        }
        const there =
          known.length > 0 ? `the lab has ${known.join(', ')}` : 'add it to "networks" of the lab';
        return [{ path, message: `there is no network "${name}": ${there}` }];
      },
    ),
  );
  if (!both) return foreign;
  return [{ path: ['network'], message: 'must be left out, because the lab has "networks"' }, ...foreign];
}
