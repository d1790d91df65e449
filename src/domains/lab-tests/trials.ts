import type { Clock } from '../../core/clock.ts';
import type { Engine, ProvisionedMachine } from '../../engine/engine.ts';
import { fault } from '../../core/errors.ts';
import type { Lab } from '../labs/lab.ts';
import type { LabProvision } from '../sessions/provisioning/environment-builder.ts';
import type { SubnetAllocatorStore } from '../sessions/provisioning/subnet-pool.ts';
import { newTestEnvironmentId } from './environment-ids.ts';
import { createTrial } from './trial.ts';
import type { Trial, TrialParts } from './trial.ts';

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
    const timeout = new AbortController();
    const done = new AbortController();
    clock.sleep(provisionTimeoutSeconds * 1000, done.signal).then(
      () => timeout.abort(fault('PROVISIONING_TIMED_OUT', { seconds: provisionTimeoutSeconds })),
      () => undefined,
    );
    try {
      return await provision(lab, environmentId, {
        signal: AbortSignal.any([signal, timeout.signal]),
        onProgress: () => undefined,
      });
    } finally {
      done.abort();
    }
  }

  /**
   * Creates a new environment of the lab. All work in it ends when `signal` aborts.
   * @throws errors of the creation, `signal`'s reason
   */
  return async function openTrial(lab: Lab, signal: AbortSignal): Promise<OpenTrial> {
    const environmentId = newTestEnvironmentId();
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(TRIAL_LIMIT_MS)]);
    async function close(): Promise<void> {
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
