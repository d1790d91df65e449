import { readFileSync } from 'node:fs';
import type { LabMachine, LabScript } from '../../labs/lab.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** What any learner can try, each with what its report calls it. One at a time: an attack that breaks a check hides another that fools it. */
export const COMMON_ATTACKS = [
  { mode: 'rewrite', name: 'rewriting its script and score' },
  { mode: 'descriptors', name: 'writing into its open files' },
  { mode: 'engine', name: 'programs, settings and an engine of the learner' },
] as const;

export type CommonAttack = (typeof COMMON_ATTACKS)[number];

type Place = Pick<LabMachine, 'name' | 'user'>;

/** Prepares the attack in a machine, as its user. It ends after two minutes at most. */
export function attackOn(machine: Place, { mode, name }: CommonAttack): LabScript {
  const script = read('attack.sh')
    .replace('@MODE@', mode)
    .replace('@ATTACK@', () => read('attack.pl'));
  return scriptOn(machine, name, script);
}

/** Takes back what {@link attackOn} did. */
export function undoOn(machine: Place): LabScript {
  return scriptOn(machine, 'undo.sh', read('undo.sh'));
}

function scriptOn({ name: machine, user }: Place, name: string, script: string): LabScript {
  return { name, script, machine, user };
}
