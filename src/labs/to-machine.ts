import type { LabMachine, LabNetwork } from './lab.ts';
import type { LabDocument } from './schema/lab-schema.ts';
import { toStartScript } from './to-script.ts';

/** A machine of the lab, the `index`th, on all networks unless it names some. */
export function toMachine(
  { memory, disk, files, start, networks: on, ...machine }: LabDocument['machines'][number],
  index: number,
  networks: readonly LabNetwork[],
): LabMachine {
  const { user } = machine;
  return {
    ...machine,
    user,
    memoryBytes: memory,
    diskBytes: disk,
    networks: on ?? networks.map(({ name }) => name),
    files: files.map((file) => ({ ...file, owner: file.owner ?? user ?? 'root' })),
    start: start.map((script, place) =>
      toStartScript(script, `machines[${index}].start[${place}]`, { user, profile: machine.profile }),
    ),
  };
}
