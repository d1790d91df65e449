import { networksOutOfPlace } from './network-conflicts.ts';
import { isWithoutRoot, machineReferences, writtenAs } from './machine-references.ts';
import { registryOutOfPlace } from './registry-conflicts.ts';
import type { KeyProblem } from '../schema/schema-messages.ts';
import { startConflicts } from './start-conflicts.ts';
import { stepConflicts } from './step-conflicts.ts';
import { volumesWithin } from './volume-conflicts.ts';
import { entries, isMapping } from '../written.ts';
import type { Written } from '../written.ts';

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
