import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';

export type Pauses = ReturnType<typeof createPauses>;

/** The machines that are paused because of what they write: nothing else may let these go on. */
export function createPauses({ engine }: { engine: Pick<Engine, 'pause' | 'unpause'> }) {
  const paused = new Set<string>();
  return {
    /** Whether the machine is paused here; false after `release`. */
    has: (machineId: string) => paused.has(machineId),

    /** Pauses the machine until it is released. */
    async pause(machineId: string): Promise<void> {
      paused.add(machineId);
      await engine.pause(machineId).catch(unlessRefused);
    },

    /** Lets the machine go on. */
    async release(machineId: string): Promise<void> {
      paused.delete(machineId);
      await engine.unpause(machineId).catch(unlessRefused);
    },

    /** Forgets machines that are gone. */
    forget(isGone: (machineId: string) => boolean): void {
      for (const machineId of paused) if (isGone(machineId)) paused.delete(machineId);
    },
  };
}

/**
 * A machine that stopped or went meanwhile writes nothing. One that the engine cannot pause, as without a freezer
 * of processes, is measured while it runs.
 */
function unlessRefused(error: unknown): void {
  if (!isFault(error, 'MACHINE_NOT_RUNNING', 'CONTAINER_NOT_FOUND', 'ENGINE_REFUSED')) throw error;
}
