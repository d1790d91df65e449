import type { Engine, EnvironmentStatus, MachineStatus } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { WarmEnvironment } from './warm-environment.ts';
import type { WarmStore } from './warm-store.ts';

export type WarmCompare = ReturnType<typeof createWarmCompare>;

/** Compares prewarmed environments with the engine. `onLost` is called when one cannot be used any more. */
export function createWarmCompare(options: {
  store: Pick<WarmStore, 'all' | 'find' | 'leave'>;
  engine: Pick<Engine, 'inspect'>;
  /** Puts an environment to sleep again, unless somebody has taken it. */
  putBack: (environment: WarmEnvironment) => Promise<void>;
  logger: Log;
  onLost: () => void;
}) {
  const { store, engine, putBack, logger, onLost } = options;
  /** Those that were awake at the last comparison: such as are being taken are so for a moment. */
  let awake = new Set<string>();

  async function lose(environments: WarmEnvironment[]): Promise<void> {
    const lost = await store.leave(environments.map(({ id }) => id));
    if (lost.length === 0) return;
    logger.warn({ environments: lost }, 'Prewarmed environments are gone, or run no more.');
    onLost();
  }

  async function look(machineId: string): Promise<Pick<MachineStatus, 'state'> | undefined> {
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

    /** Those of `environments` that are ready, and not as they should be in `found`, are to leave. */
    async compare(
      environments: readonly WarmEnvironment[],
      found: ReadonlyMap<string, EnvironmentStatus['machines']>,
    ): Promise<void> {
      const ready = environments.filter(({ state }) => state === 'ready');
      const statusesOf = ({ id, machines }: WarmEnvironment) =>
        machines.map(({ machineId }) => found.get(id)?.find((there) => there.machineId === machineId));
      await lose(ready.filter((environment) => !statusesOf(environment).every(isSound)));
      const before = awake;
      const running = ready.filter((environment) => statusesOf(environment).some(isRunning));
      awake = new Set(running.map(({ id }) => id));
      for (const environment of running) if (before.has(environment.id)) await putBack(environment);
    },

    /** Looks at the machines of the environment, if it is one of these. */
    async inspect(environmentId: string): Promise<void> {
      const environment = await store.find(environmentId);
      if (environment?.state !== 'ready') return;
      const found = await Promise.all(environment.machines.map(({ machineId }) => look(machineId)));
      if (!found.every(isSound)) await lose([environment]);
    },
  };
}

const isRunning = (machine: Pick<MachineStatus, 'state'> | undefined) => machine?.state === 'running';

function isSound(machine: Pick<MachineStatus, 'state'> | undefined): boolean {
  return machine?.state === 'running' || machine?.state === 'paused';
}
