import { readFileSync } from 'node:fs';
import type { LabMachine, LabScript, LabStep } from '../../labs/lab.ts';

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

const REWRITE = { mode: 'rewrite', name: 'rewriting its script and score' };
const DESCRIPTORS = { mode: 'descriptors', name: 'writing into its open files' };
const ENGINE = { mode: 'engine', name: 'programs, settings and an engine of the learner' };

/** Attacks that any learner can try, with their names in the report. */
export const COMMON_ATTACKS = [REWRITE, DESCRIPTORS, ENGINE];

export type CommonAttack = (typeof COMMON_ATTACKS)[number];

type Place = Pick<LabMachine, 'name' | 'user'>;

/**
 * Groups the attacks that cannot hide each other: an attack that breaks a check hides another one that fools it.
 * A trusted check has no script and runs no program in the machine. `REWRITE` then only touches files that no check
 * has, and `ENGINE` only programs and settings that no check uses. `DESCRIPTORS` writes into the files of every new
 * process, so it can break the engine or server that the check connects to. Pure.
 */
export function attackGroups({ checks }: Pick<LabStep, 'checks'>): CommonAttack[][] {
  const isApart = checks.every(({ kind }) => kind === 'trusted' || kind === 'quiz');
  return isApart ? [[REWRITE, ENGINE], [DESCRIPTORS]] : COMMON_ATTACKS.map((attack) => [attack]);
}

/**
 * Returns a script that reverts earlier attacks and prepares these in a machine, as its user. They end after two
 * minutes at most.
 */
export function attackOn(machine: Place, attacks: readonly CommonAttack[]): LabScript {
  const script = read('attack.sh')
    .replace('@MODES@', attacks.map(({ mode }) => mode).join(' '))
    .replace('@UNDO@', () => read('undo.sh'))
    .replace('@ATTACK@', () => read('attack.pl'));
  return scriptOn(machine, attacks.map(({ name }) => name).join(', '), script);
}

/** Returns a script that reverts {@link attackOn}. */
export function undoOn(machine: Place): LabScript {
  return scriptOn(machine, 'undo.sh', read('undo.sh'));
}

function scriptOn({ name: machine, user }: Place, name: string, script: string): LabScript {
  return { name, script, machine, user };
}
