import { linkedAbort } from '../../core/async.ts';
import type { Clock } from '../../core/clock.ts';
import type { CheckRunner } from '../checks/check-runner.ts';
import type { Answer } from '../checks/kinds/quiz-check.ts';
import { runStep } from '../checks/step-run.ts';
import { evidenceOf } from '../checks/results/step-verdict.ts';
import type { StepVerdict } from '../checks/results/step-verdict.ts';
import type { Engine, ProvisionedMachine } from '../../engine/engine.ts';
import { fault } from '../../core/errors.ts';
import { languageGiven } from '../labs/localized-text.ts';
import type { Lab, LabScript, LabStep } from '../labs/lab.ts';
import { machineNamed } from '../labs/reading/to-script.ts';
import { textOf } from '../../core/plain-text.ts';
import { startEnvironment } from '../sessions/provisioning/preparing/preparation.ts';
import { startCommand, startFault } from '../sessions/provisioning/preparing/start-scripts.ts';
import type { StepStarts } from '../sessions/provisioning/preparing/preparation.ts';
import type { LabProvision } from '../sessions/provisioning/environment-builder.ts';
import type { SubnetAllocatorStore } from '../sessions/provisioning/subnet-pool.ts';
import { CaseFailed } from './lab-case.ts';
import { rightAnswers } from './quiz-answers.ts';
import { newTestEnvironmentId } from './environment-ids.ts';

/** Time limit of a script, in seconds: as long as a check can take. */
const SCRIPT_SECONDS = 600;

/** Time limit of a command that does nothing, in milliseconds: a loaded machine takes seconds. */
const ALIVE_MS = 30_000;

/** Longest wait for background start scripts, in seconds: learners read for about as long, and some scripts never end. */
const SETTLE_SECONDS = 30;

/** Waits while a background script has both its folder and its log. A foreground script has no log. */
const SETTLE = `
running() {
  for folder in /dev/shm/.berth-start-* /tmp/.berth-start-* /var/tmp/.berth-start-*; do
    [ -d "$folder" ] && [ -e "/tmp/berth-start-\${folder##*-}.log" ] && return 0
  done
  return 1
}
for second in $(seq ${SETTLE_SECONDS}); do
  running || exit 0
  sleep 1
done
exit 1
`;

interface TrialParts {
  engine: Pick<Engine, 'exec'>;
  runner: CheckRunner;
  prepareStep: StepStarts;
}

export type Trial = ReturnType<typeof createTrial>;

/** Creates a trial: a lab in a new environment, in which tests act as a learner. */
function createTrial(
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

  /** Runs a script and returns its output. @throws CaseFailed with the end of its output */
  async function run(
    { name, script, machine: machineName, user }: LabScript,
    timeoutSeconds = SCRIPT_SECONDS,
  ): Promise<string> {
    const machine = machineNamed(machineName, lab.machines);
    const command = startCommand({ script, timeoutSeconds, ...(user !== undefined && { user }) }, 'run', {
      environment: startEnvironment(lab, machine),
      signal,
    });
    const result = await engine.exec(machineIdOf(machine.name), command);
    const place = { lab: lab.slug, machine: machine.name, name, timeoutSeconds };
    const problem = startFault(result, 'run', place);
    const output = `${textOf(result.stdout)}\n${textOf(result.stderr)}`;
    if (problem) throw new CaseFailed(String(problem.details['problem']), output);
    return output;
  }

  /** Runs the step's checks. The verdict is `errored` if a check could not decide. */
  async function verdictOf(
    step: LabStep,
    answers: ReadonlyMap<string, Answer>,
  ): Promise<StepVerdict & { output: string }> {
    const handles = new Map(machines.map(({ name, machineId }) => [name, machineId]));
    const language = languageGiven(lab.languages);
    const place = {
      lab,
      step,
      sessionId: environmentId,
      learnerId: environmentId,
      machines: handles,
      answers,
      language,
    };
    const verdict = await runStep(runner, place, signal);
    signal.throwIfAborted();
    return { ...verdict, output: evidenceOf(verdict) };
  }

  return {
    /**
     * Enters the step as a learner does: runs its start scripts, types its foreground commands, and returns the output.
     * @throws LAB_START_FAILED, CaseFailed
     */
    async enter(step: LabStep): Promise<string> {
      const outputs: string[] = [];
      for (const { machine, command } of await prepareStep(lab, step, machineIdOf, signal)) {
        const { user } = machineNamed(machine, lab.machines);
        outputs.push(await run({ name: command, script: command, machine, user }));
      }
      return outputs.join('\n');
    },

    /** Runs the step's solution, each script within the time limit, and returns the output. @throws CaseFailed */
    async solve({ solution }: LabStep, timeoutSeconds = SCRIPT_SECONDS): Promise<string> {
      const outputs: string[] = [];
      for (const script of solution) outputs.push(await run(script, timeoutSeconds));
      return outputs.join('\n');
    },

    run,

    /** Verifies that all machines run commands. @throws MACHINE_LOST, MACHINE_NOT_RUNNING, ENGINE_UNREACHABLE */
    async assertAlive(): Promise<void> {
      for (const { machineId } of machines) {
        const command = { command: ['true'], timeoutMs: ALIVE_MS, outputLimitBytes: 1024, signal };
        const { exitCode } = await engine.exec(machineId, command);
        if (exitCode !== 0) throw fault('MACHINE_NOT_RUNNING');
      }
    },

    /** Waits for background start scripts to end. Returns false if one is still running after the limit. */
    async settle(): Promise<boolean> {
      try {
        for (const { name } of lab.machines)
          await run({ name: 'settle', script: SETTLE, machine: name, user: undefined });
        return true;
      } catch (error) {
        if (error instanceof CaseFailed) return false;
        throw error;
      }
    },

    /**
     * Runs the step's checks with answers to its questions; the default is the correct ones.
     * @throws CaseFailed if a check could not decide
     */
    async judge(
      step: LabStep,
      answers: ReadonlyMap<string, Answer> = rightAnswers(step),
    ): Promise<StepVerdict & { output: string }> {
      const verdict = await verdictOf(step, answers);
      if (verdict.state === 'errored') {
        throw new CaseFailed(`The check failed to run: ${verdict.message}`, verdict.output);
      }
      return verdict;
    },

    /** Like {@link judge}, but does not throw if a check could not decide: the step is then not passed either. */
    judgeAttack: (step: LabStep) => verdictOf(step, rightAnswers(step)),
  };
}

/** Time limit of a trial, in milliseconds: one that takes longer hangs. */
const TRIAL_LIMIT_MS = 60 * 60_000;

interface TrialsParts extends TrialParts {
  engine: Pick<Engine, 'exec' | 'destroy'>;
  provision: LabProvision;
  subnets: Pick<SubnetAllocatorStore, 'release'>;
  clock: Clock;
  provisionTimeoutSeconds: number;
}

export interface OpenTrial {
  trial: Trial;
  /** Removes the environment from the engine. */
  close(): Promise<void>;
}

export type Trials = ReturnType<typeof createTrials>;

/** Creates a function that opens trials of labs. */
export function createTrials(parts: TrialsParts) {
  const { engine, provision, subnets, clock, provisionTimeoutSeconds } = parts;

  async function createEnvironment(
    lab: Lab,
    environmentId: string,
    signal: AbortSignal,
  ): Promise<ProvisionedMachine[]> {
    const creation = linkedAbort(signal);
    const done = new AbortController();
    clock.sleep(provisionTimeoutSeconds * 1000, done.signal).then(
      () => creation.abort(fault('PROVISIONING_TIMED_OUT', { seconds: provisionTimeoutSeconds })),
      () => undefined,
    );
    try {
      return await provision(lab, environmentId, {
        signal: creation.signal,
        onProgress: () => undefined,
      });
    } finally {
      done.abort();
      creation.unlink();
    }
  }

  /**
   * Creates a new environment of the lab. All work in it ends when `signal` aborts.
   * @throws errors of the creation, `signal`'s reason
   */
  return async function openTrial(lab: Lab, signal: AbortSignal): Promise<OpenTrial> {
    const environmentId = newTestEnvironmentId();
    const { signal: bounded, unlink } = linkedAbort(signal, AbortSignal.timeout(TRIAL_LIMIT_MS));
    async function close(): Promise<void> {
      unlink();
      await engine.destroy(environmentId);
      await subnets.release(environmentId);
    }
    try {
      bounded.throwIfAborted();
      const machines = await createEnvironment(lab, environmentId, bounded);
      return { trial: createTrial(parts, { lab, environmentId, machines, signal: bounded }), close };
    } catch (error) {
      await close();
      throw error;
    }
  };
}
