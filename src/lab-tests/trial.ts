import type { CheckRunner } from '../checks/check-runner.ts';
import type { Answer } from '../checks/given-answers.ts';
import { runStep } from '../checks/step-run.ts';
import { evidenceOf } from '../checks/step-verdict.ts';
import type { StepVerdict } from '../checks/step-verdict.ts';
import type { Engine, ProvisionedMachine } from '../engine/engine.ts';
import { languageGiven } from '../labs/in-language.ts';
import type { Lab, LabScript, LabStep } from '../labs/lab.ts';
import { machineNamed } from '../labs/to-script.ts';
import { startEnvironment } from '../sessions/preparing/preparation.ts';
import { startCommand } from '../sessions/preparing/script-wrapper.ts';
import { startFault } from '../sessions/preparing/start-failed.ts';
import type { StepStarts } from '../sessions/preparing/step-starts.ts';
import { CaseFailed } from './lab-case.ts';
import { rightAnswers } from './quiz-answers.ts';

/** Longest run of a script that does a step, in seconds: as long as a check may take at most. */
const SCRIPT_SECONDS = 600;

export interface TrialParts {
  engine: Pick<Engine, 'exec'>;
  runner: CheckRunner;
  prepareStep: StepStarts;
}

export type Trial = ReturnType<typeof createTrial>;

/** A lab in a fresh environment, in which is done what a learner might do. */
export function createTrial(
  { engine, runner, prepareStep }: TrialParts,
  {
    lab,
    environmentId,
    machines,
    signal,
  }: { lab: Lab; environmentId: string; machines: readonly ProvisionedMachine[]; signal: AbortSignal },
) {
  function machineIdOf(name: string): string {
    const machine = machines.find((one) => one.name === name);
    if (!machine) throw new Error(`The environment lacks the machine "${name}".`);
    return machine.machineId;
  }

  /** @throws CaseFailed with the script's last words */
  async function run(
    { name, script, machine: machineName, user }: LabScript,
    timeoutSeconds = SCRIPT_SECONDS,
  ): Promise<void> {
    const machine = machineNamed(machineName, lab.machines);
    const command = startCommand({ script, timeoutSeconds, ...(user !== undefined && { user }) }, 'run', {
      environment: startEnvironment(lab, machine),
      signal,
    });
    const result = await engine.exec(machineIdOf(machine.name), command);
    const place = { lab: lab.slug, machine: machine.name, name, timeoutSeconds };
    const problem = startFault(result, 'run', place);
    if (problem) throw new CaseFailed(String(problem.details['problem']));
  }

  /** How the step is judged now; it is `errored` when a check could not judge. */
  async function verdictOf(
    step: LabStep,
    answers: ReadonlyMap<string, Answer>,
  ): Promise<StepVerdict & { output: string }> {
    const handles = new Map(machines.map(({ name, machineId }) => [name, machineId]));
    const language = languageGiven(lab.languages);
    const place = { lab, step, sessionId: environmentId, machines: handles, answers, language };
    const verdict = await runStep(runner, place, signal);
    signal.throwIfAborted();
    return { ...verdict, output: evidenceOf(verdict) };
  }

  return {
    /** Prepares the step as for a learner who enters it, and types what is to be typed. @throws LAB_START_FAILED, CaseFailed */
    async enter(step: LabStep): Promise<void> {
      for (const { machine, command } of await prepareStep(lab, step, machineIdOf, signal)) {
        const { user } = machineNamed(machine, lab.machines);
        await run({ name: command, script: command, machine, user });
      }
    },

    /** Does what the step asks for, each script within its time. @throws CaseFailed */
    async solve({ solution }: LabStep, timeoutSeconds = SCRIPT_SECONDS): Promise<void> {
      for (const script of solution) await run(script, timeoutSeconds);
    },

    run,

    /** How the step is judged now, with these answers to its questions: the right ones when absent. @throws CaseFailed where it can not be judged */
    async judge(
      step: LabStep,
      answers: ReadonlyMap<string, Answer> = rightAnswers(step),
    ): Promise<StepVerdict & { output: string }> {
      const verdict = await verdictOf(step, answers);
      if (verdict.state === 'errored') {
        throw new CaseFailed(`The check can not be judged: ${verdict.message}`, verdict.output);
      }
      return verdict;
    },

    /** As {@link judge}, when a check that cannot judge is as good as one that fails: its step is not passed either. */
    judgeAttack: (step: LabStep) => verdictOf(step, rightAnswers(step)),
  };
}
