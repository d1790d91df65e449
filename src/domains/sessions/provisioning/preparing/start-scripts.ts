import type { Engine } from '../../../../engine/engine.ts';
import type { StartScript } from '../../../labs/lab.ts';
import { startCommand } from './script-wrapper.ts';
import type { StartMode } from './script-wrapper.ts';
import { startFault } from './start-failed.ts';

/** Where a script runs, and what it is told. */
export interface StartPlace {
  lab: string;
  /** Name of the machine. */
  machine: string;
  /** The engine's handle of it. */
  machineId: string;
  environment: Record<string, string>;
}

export type StartScripts = ReturnType<typeof createStartScripts>;

/** Runs scripts that prepare machines. */
export function createStartScripts({ engine }: { engine: Pick<Engine, 'exec'> }) {
  async function start(
    script: Pick<StartScript, 'name' | 'script' | 'timeoutSeconds'> & { user?: string | undefined },
    mode: StartMode,
    { lab, machine, machineId, environment }: StartPlace,
    signal: AbortSignal,
  ): Promise<string> {
    const result = await engine.exec(machineId, startCommand(script, mode, { environment, signal }));
    const problem = startFault(result, mode, { lab, machine, ...script });
    if (problem) throw problem;
    return result.stdout.toString().trim();
  }

  return {
    /** Runs it to its end; one for the background is started. @throws LAB_START_FAILED, `signal`'s reason, what the engine throws */
    async run(script: StartScript, place: StartPlace, signal: AbortSignal): Promise<void> {
      await start(script, script.background ? 'background' : 'run', place, signal);
    },

    /**
     * Lays it down for a shell of `user`, or of the image's own, which sources it; the absolute path
     * of the file. @throws as `run`
     */
    layDown(
      { name, script }: StartScript,
      place: StartPlace & { user: string | undefined },
      signal: AbortSignal,
    ): Promise<string> {
      const { user } = place;
      return start({ name, script, user, timeoutSeconds: undefined }, 'foreground', place, signal);
    },
  };
}
