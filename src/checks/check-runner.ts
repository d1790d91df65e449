import type { Engine } from '../engine/engine.ts';
import { fault, isFault } from '../errors.ts';
import type { Log } from '../log.ts';
import { prepareScript } from './script-command.ts';
import type { Script } from './script-command.ts';
import { judge, unjudged } from './verdict.ts';
import type { Verdict } from './verdict.ts';

export type CheckRunner = ReturnType<typeof createCheckRunner>;

/** Runs scripts of checks in machines. */
export function createCheckRunner({ engine, logger }: { engine: Pick<Engine, 'exec'>; logger: Log }) {
  return {
    /**
     * Runs the script to a verdict; one that errored where the engine or the machine failed, or
     * `signal` aborted it. Throws only what has no code of the catalogue.
     */
    async run(
      machineId: string,
      check: Script,
      environment: Record<string, string>,
      signal: AbortSignal,
    ): Promise<Verdict> {
      const { token, command, cleanUp } = prepareScript(check, environment, signal);
      try {
        const result = await engine.exec(machineId, command);
        const stopped = result.outcome === 'timed-out' || result.outcome === 'output-limit';
        if (stopped) await tidy(machineId, cleanUp);
        return judge(result, { token, timeoutSeconds: check.timeoutSeconds });
      } catch (error) {
        if (signal.aborted) {
          await tidy(machineId, cleanUp);
          return unjudged(fault('CHECK_INTERRUPTED'));
        }
        if (isFault(error)) return unjudged(error);
        throw error;
      }
    },
  };

  /** The verdict stands, whether or not the script's folder can be removed. */
  async function tidy(machineId: string, cleanUp: Parameters<Engine['exec']>[1]): Promise<void> {
    try {
      await engine.exec(machineId, cleanUp);
    } catch (error) {
      logger.warn({ err: error, machineId }, "A stopped check's script stays in its machine");
    }
  }
}
