import { networksOutOfPlace } from './network-conflicts.ts';
import { registryOutOfPlace } from './registry-conflicts.ts';
import type { KeyProblem } from './schema-messages.ts';
import { volumesWithin } from './volume-conflicts.ts';
import { entries, isMapping } from './written.ts';
import type { Written } from './written.ts';

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
    ...rootInRestricted(lab.machines),
    ...networksOutOfPlace(lab),
    ...registryOutOfPlace(lab),
    ...volumesWithin(lab.machines),
    ...checksWithoutMachine(lab),
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

function rootInRestricted(machines: unknown): KeyProblem[] {
  return entries(machines)
    .filter(
      ({ entry }) =>
        entry.profile === 'restricted' && (entry.user === 'root' || /^0+$/.test(String(entry.user))),
    )
    .map(({ index }) => ({
      path: ['machines', index, 'user'],
      message: 'must not be root: the profile is "restricted"',
    }));
}

function checksWithoutMachine(lab: Written): KeyProblem[] {
  const machines = entries(lab.machines).map(({ entry }) => entry);
  return entries(lab.steps).flatMap(({ entry: step, index }): KeyProblem[] => {
    if (!isMapping(step.check)) return [];
    const wanted = step.check.machine ?? machines[0]?.name;
    const machine = machines.find(({ name }) => name === wanted);
    if (typeof step.check.machine === 'string' && !machine) {
      const names = machines.map(({ name }) => String(name)).join(', ');
      return [
        {
          path: ['steps', index, 'check', 'machine'],
          message: `there is no machine "${step.check.machine}": there are ${names}`,
        },
      ];
    }
    const nobody = step.check.user === undefined && machine?.user === undefined;
    if (machine?.profile !== 'restricted' || !nobody) return [];
    return [
      {
        path: ['steps', index, 'check', 'user'],
        message:
          'is missing: a check in a "restricted" machine without a user of its own must say who runs it',
      },
    ];
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
