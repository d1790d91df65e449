import type { KeyProblem } from '../schema/schema-messages.ts';
import { entries, isMapping } from '../reading/lab-yaml.ts';
import type { Written } from '../reading/lab-yaml.ts';

/** An entry of lab.yaml that refers to a machine, and its path. */
export interface InMachine {
  entry: Written;
  path: PropertyKey[];
  /** What runs in the machine, such as "a check"; undefined if it needs no particular user. */
  what: string | undefined;
}

/** Whether machines of this profile run without root. */
export function isWithoutRoot(profile: unknown): boolean {
  return profile === 'restricted' || profile === 'nested';
}

/** Finds references to unknown machines, and entries without a user in a machine that has neither root nor a user. */
export function machineReferences(lab: Written, all: readonly InMachine[]): KeyProblem[] {
  const machines = entries(lab.machines).map(({ entry }) => entry);
  return all.flatMap(({ entry, path, what }): KeyProblem[] => {
    const wanted = entry.machine ?? machines[0]?.name;
    const machine = machines.find(({ name }) => name === wanted);
    if (typeof entry.machine === 'string' && !machine) {
      const names = machines.map(({ name }) => String(name)).join(', ');
      return [
        {
          path: [...path, 'machine'],
          message: `there is no machine "${entry.machine}": the lab has ${names}`,
        },
      ];
    }
    if (machine?.profile === 'nested' && (entry.user === 'root' || /^0+$/.test(String(entry.user)))) {
      return [{ path: [...path, 'user'], message: 'must not be root: the machine is "nested"' }];
    }
    const nobody = entry.user === undefined && machine?.user === undefined;
    if (what === undefined || !isWithoutRoot(machine?.profile) || !nobody) return [];
    return [
      {
        path: [...path, 'user'],
        message: `is missing: the "${String(machine?.profile)}" machine has no user, so ${what} must name one`,
      },
    ];
  });
}

/** Lists the entries under a key that holds one entry or a list, with their paths. A short form becomes an empty mapping. */
export function writtenAs(
  parent: Written,
  key: string,
  path: readonly PropertyKey[],
): { entry: Written; path: PropertyKey[] }[] {
  const given = parent[key];
  if (Array.isArray(given)) {
    return given.map((entry: unknown, index) => ({
      entry: isMapping(entry) ? entry : {},
      path: [...path, key, index],
    }));
  }
  return given === undefined ? [] : [{ entry: isMapping(given) ? given : {}, path: [...path, key] }];
}
