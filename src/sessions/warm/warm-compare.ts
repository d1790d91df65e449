import type { Engine, EnvironmentStatus, MachineStatus } from '../../engine/engine.ts';
import { isFault } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { WarmEnvironment } from './warm-environment.ts';
import type { WarmStore } from './warm-store.ts';

export type WarmCompare = ReturnType<typeof createWarmCompare>;

/** Compares environments made ahead with the engine. `onLost` is called when one can not be used any more. */
export function createWarmCompare(options: {
  store: Pick<WarmStore, 'all' | 'find' | 'leave'>;
  engine: Pick<Engine, 'inspect'>;
  logger: Log;
  onLost: () => void;
}) {
  const { store, engine, logger, onLost } = options;

  async function lose(environments: WarmEnvironment[]): Promise<void> {
    const lost = await store.leave(environments.map(({ id }) => id));
    if (lost.length === 0) return;
    logger.warn({ environments: lost }, 'Environments made ahead are gone, or run no more.');
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
      const broken = environments.filter(({ id, state, machines }) => {
        const there = found.get(id) ?? [];
        const statusOf = (handle: string) => there.find(({ machineId }) => machineId === handle);
        return state === 'ready' && !machines.every(({ machineId }) => isSound(statusOf(machineId)));
      });
      await lose(broken);
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

function isSound(machine: Pick<MachineStatus, 'state'> | undefined): boolean {
  return machine?.state === 'running' || machine?.state === 'paused';
}
