import type { KeyProblem } from '../schema/schema-messages.ts';
import { entries, isMapping } from '../reading/written.ts';
import type { Written } from '../reading/written.ts';

/** Something written in lab.yaml that is about a machine, and where it stands. */
export interface InMachine {
  entry: Written;
  path: PropertyKey[];
  /** What runs there, such as "a check"; undefined for what Berth runs as nobody in particular. */
  what: string | undefined;
}

/** Whether nobody is root in a machine of this profile, as far as its user goes. */
export function isWithoutRoot(profile: unknown): boolean {
  return profile === 'restricted' || profile === 'nested';
}

/** A machine that is not there; and, in one without root and without a user, something that nobody is to run. */
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
          message: `there is no machine "${entry.machine}": there are ${names}`,
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
        message: `is missing: ${what} in a "${String(machine?.profile)}" machine without a user of its own must say who runs it`,
      },
    ];
  });
}

/** What is written under a key as one or as a list, as mappings with their places; what is in short becomes an empty one. */
export function writtenAs(
  holder: Written,
  key: string,
  path: readonly PropertyKey[],
): { entry: Written; path: PropertyKey[] }[] {
  const given = holder[key];
  if (Array.isArray(given)) {
    return given.map((entry: unknown, index) => ({
      entry: isMapping(entry) ? entry : {},
      path: [...path, key, index],
    }));
  }
  return given === undefined ? [] : [{ entry: isMapping(given) ? given : {}, path: [...path, key] }];
}
