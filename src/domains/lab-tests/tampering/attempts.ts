import { isDeepStrictEqual } from 'node:util';
import type { Lab, LabScript, LabStep } from '../../labs/lab.ts';
import { CaseFailed, concernsLab } from '../lab-case.ts';
import type { Trial } from '../trial.ts';
import { attackOn, undoOn } from './common-attack.ts';
import type { CommonAttack } from './common-attack.ts';

export type Attempts = ReturnType<typeof createAttempts>;

type Verdict = Awaited<ReturnType<Trial['judgeAttack']>>;

/**
 * Creates the attempts to pass a step without doing its work. Each returns the check's message, and throws CaseFailed
 * if the step passes.
 */
export function createAttempts(lab: Lab, step: LabStep, trial: Trial) {
  /** The verdict before the attacks. */
  let usual: Verdict | undefined;

  async function judgeUnder(attacks: readonly CommonAttack[]): Promise<Verdict> {
    for (const machine of lab.machines) await trial.run(attackOn(machine, attacks));
    return trial.judgeAttack(step);
  }

  return {
    /** Runs a script of the lab's author. */
    async script(script: LabScript): Promise<string> {
      await trial.run(script);
      usual = await trial.judgeAttack(step);
      return notPassed(usual);
    },

    attack: async (attack: CommonAttack): Promise<string> => notPassed(await judgeUnder([attack])),

    /** Runs several attacks at once. The result holds for each of them only if the check neither passed nor broke. */
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

    /** Reverts all attacks. */
    async undo(): Promise<void> {
      for (const machine of lab.machines) await trial.run(undoOn(machine));
    },
  };
}

/** Returns the check's message. @throws CaseFailed if the step passed */
export function notPassed({ passed, message, output }: Verdict, how = ''): string {
  if (!passed) return message;
  throw new CaseFailed(`It is passed without its work being done${how}: "${message}"`, output);
}

/** Whether two verdicts are equal. A check that an attack breaks rarely reports exactly the same, errors included. */
function saysSame(one: Verdict, other: Verdict): boolean {
  return isDeepStrictEqual(one.verdicts, other.verdicts);
}
