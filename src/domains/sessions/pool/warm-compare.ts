import type { Engine, EnvironmentStatus, MachineStatus } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { Lab } from '../../labs/lab.ts';
import type { WarmEnvironment, WarmStore } from './warm-store.ts';

export type WarmCompare = ReturnType<typeof createWarmCompare>;

/** Compares prewarmed environments with the engine. `onLost` is called when one is no longer usable. */
export function createWarmCompare(options: {
  store: Pick<WarmStore, 'all' | 'find' | 'markForRemoval'>;
  engine: Pick<Engine, 'inspect'>;
  /** Pauses an environment again, unless a session has taken it. */
  pauseAgain: (environment: WarmEnvironment) => Promise<void>;
  log: Log;
  onLost: () => void;
}) {
  const { store, engine, pauseAgain, log, onLost } = options;
  /** Environments that ran at the last comparison. One that a session is taking runs for a moment only. */
  let running = new Set<string>();

  async function lose(environments: WarmEnvironment[]): Promise<void> {
    const lost = await store.markForRemoval(environments.map(({ id }) => id));
    if (lost.length === 0) return;
    log.warn({ environments: lost }, 'prewarmed environments lost');
    onLost();
  }

  async function inspect(machineId: string): Promise<Pick<MachineStatus, 'state'> | undefined> {
    try {
      return await engine.inspect(machineId);
    } catch (error) {
      if (isFault(error, 'CONTAINER_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  return {
    all: store.all,
    isWarm: async (environmentId: string) => (await store.find(environmentId)) !== undefined,

    /** Removes the ready environments that are missing or stopped in `found`. */
    async compare(
      environments: readonly WarmEnvironment[],
      found: ReadonlyMap<string, EnvironmentStatus['machines']>,
    ): Promise<void> {
      const ready = environments.filter(({ state }) => state === 'ready');
      const statusesOf = ({ id, machines }: WarmEnvironment) =>
        machines.map(({ machineId }) => found.get(id)?.find((there) => there.machineId === machineId));
      await lose(ready.filter((environment) => !statusesOf(environment).every(isSound)));
      const before = running;
      const awake = ready.filter((environment) => statusesOf(environment).some(isRunning));
      running = new Set(awake.map(({ id }) => id));
      for (const environment of awake) if (before.has(environment.id)) await pauseAgain(environment);
    },

    /** Checks the machines of the environment, if it is a prewarmed one. */
    async inspect(environmentId: string): Promise<void> {
      const environment = await store.find(environmentId);
      if (environment?.state !== 'ready') return;
      const found = await Promise.all(environment.machines.map(({ machineId }) => inspect(machineId)));
      if (!found.every(isSound)) await lose([environment]);
    },
  };
}

const isRunning = (machine: Pick<MachineStatus, 'state'> | undefined) => machine?.state === 'running';

function isSound(machine: Pick<MachineStatus, 'state'> | undefined): boolean {
  return machine?.state === 'running' || machine?.state === 'paused';
}

export type WarmImages = ReturnType<typeof createWarmImages>;

type Made = Pick<WarmEnvironment, 'id' | 'machines'>;

/**
 * Finds prewarmed environments that a start would now create differently: with other images, because an admin selected
 * those, or in another way, because Berth was updated.
 */
export function createWarmImages({
  pins,
  engine,
}: {
  pins: Pick<ImagePins, 'agrees'>;
  engine: Pick<Engine, 'machineRevision'>;
}) {
  /** Returns undefined if the engine does not answer, so no session can start. */
  async function currentRevision(): Promise<string | undefined> {
    try {
      return await engine.machineRevision();
    } catch (error) {
      if (isFault(error, 'ENGINE_UNREACHABLE')) return undefined;
      throw error;
    }
  }

  return {
    /** Returns the ids of the outdated `environments`, which are all ready and of this version of the lab. */
    async outdated(lab: Lab, environments: readonly Made[]): Promise<string[]> {
      if (environments.length === 0) return [];
      const revision = await currentRevision();
      // Most have the same images, and one query serves all of them.
      const answers = new Map<string, Promise<boolean>>();
      const found = environments.map(async (environment) => {
        const references = referencesOf(lab, environment);
        const key = JSON.stringify([...references]);
        const answer = answers.get(key) ?? pins.agrees(lab, references);
        answers.set(key, answer);
        const isCurrent = revision === undefined || isOf(revision, environment);
        return isCurrent && (await answer) ? [] : [environment.id];
      });
      return (await Promise.all(found)).flat();
    },
  };
}

const isOf = (wanted: string, { machines }: Made) => machines.every(({ revision }) => revision === wanted);

/** Returns the image that the engine used for each image name of the lab. */
function referencesOf(lab: Lab, { machines }: Made): ReadonlyMap<string, string> {
  const made = new Map(machines.map(({ name, image }) => [name, image]));
  return new Map(lab.machines.map(({ name, image }) => [image, made.get(name) ?? '']));
}
