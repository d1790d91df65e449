import { isDeepStrictEqual } from 'node:util';
import type { Lab, LabScript, LabStep } from '../../labs/lab.ts';
import { CaseFailed, concernsLab } from '../lab-case.ts';
import type { Trial } from '../trial.ts';
import { attackOn, undoOn } from './common-attack.ts';
import type { CommonAttack } from './common-attack.ts';

export type Attempts = ReturnType<typeof createAttempts>;

type Verdict = Awaited<ReturnType<Trial['judgeAttack']>>;

/** Ways to pass a step without doing its work; each answers what the check then says, and throws CaseFailed where the step is passed. */
export function createAttempts(lab: Lab, step: LabStep, trial: Trial) {
  /** Without an attack, in the state that the attacks find. */
  let usual: Verdict | undefined;

  async function judgeUnder(attacks: readonly CommonAttack[]): Promise<Verdict> {
    for (const machine of lab.machines) await trial.run(attackOn(machine, attacks));
    return trial.judgeAttack(step);
  }

  return {
    /** By a script of the lab's author. */
    async script(script: LabScript): Promise<string> {
      await trial.run(script);
      usual = await trial.judgeAttack(step);
      return notPassed(usual);
    },

    attack: async (attack: CommonAttack): Promise<string> => notPassed(await judgeUnder([attack])),

    /** By several attacks at once. What came of each is only known where the check was neither passed nor broken. */
    async together(attacks: readonly CommonAttack[], signal: AbortSignal) {
      try {
        usual ??= await trial.judgeAttack(step);
        const verdict = await judgeUnder(attacks);
        const isKnown = !verdict.passed && verdict.state === 'finished' && saysSame(verdict, usual);
        return { isKnown, verdict };
      } catch (error) {
        if (!concernsLab(error, signal)) throw error;
        return undefined;
      }
    },

    /** Takes back all attacks. */
    async undo(): Promise<void> {
      for (const machine of lab.machines) await trial.run(undoOn(machine));
    },
  };
}

/** What the step's check says. */
export function notPassed({ passed, message, output }: Verdict, how = ''): string {
  if (!passed) return message;
  throw new CaseFailed(`It is passed without its work being done${how}: "${message}"`, output);
}

/** A check that an attack breaks seldom says all that it says otherwise, errors included. */
function saysSame(one: Verdict, other: Verdict): boolean {
  return isDeepStrictEqual(one.verdicts, other.verdicts);
}
