import type { Engine } from '../../../../engine/engine.ts';
import type { ExecResult } from '../../../../engine/engine-exec.ts';
import { fault } from '../../../../core/errors.ts';
import type { Fault } from '../../../../core/errors.ts';
import { lastLines, textOf } from '../../../../core/plain-text.ts';
import type { StartScript } from '../../../labs/lab.ts';
import { OUTPUT_LIMIT_BYTES, startCommand } from './script-wrapper.ts';
import type { StartMode } from './script-wrapper.ts';

/** Where a script runs, with its environment variables. */
export interface StartPlace {
  lab: string;
  /** Name of the machine. */
  machine: string;
  /** The engine's id of the machine. */
  machineId: string;
  environment: Record<string, string>;
}

export type StartScripts = ReturnType<typeof createStartScripts>;

/** Runs the scripts that prepare machines. */
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
    /** Runs the script to its end, or starts it in the background. @throws LAB_START_FAILED, `signal`'s reason, what the engine throws */
    async run(script: StartScript, place: StartPlace, signal: AbortSignal): Promise<void> {
      await start(script, script.background ? 'background' : 'run', place, signal);
    },

    /**
     * Writes the script to a file that a shell of `user`, or of the image's user, will source. Returns the absolute path
     * of the file. @throws as `run`
     */
    write(
      { name, script }: StartScript,
      place: StartPlace & { user: string | undefined },
      signal: AbortSignal,
    ): Promise<string> {
      const { user } = place;
      return start({ name, script, user, timeoutSeconds: undefined }, 'foreground', place, signal);
    },
  };
}

/** Lines of a failed script's output in the error: enough to find the problem, short enough for a message. */
const OUTPUT_TAIL = { lines: 5, limit: 160 };

/** Names a script in errors. */
interface NamedScript {
  lab: string;
  machine: string;
  /** Its path in the lab's folder. */
  name: string;
}

/** Returns the fault of a script that failed; undefined if it succeeded. */
export function startFault(
  result: ExecResult,
  mode: StartMode,
  { lab, machine, name, timeoutSeconds }: NamedScript & { timeoutSeconds: number | undefined },
): Fault | undefined {
  if (result.outcome === 'exited' && result.exitCode === 0) return undefined;
  const what = `"${name}" in the machine "${machine}" ${howItEnded(result, mode, timeoutSeconds)}`;
  const lines = lastLines(`${textOf(result.stdout)}\n${textOf(result.stderr)}`, OUTPUT_TAIL);
  const output = lines.length === 0 ? 'It printed nothing.' : `Its last output:\n${lines.join('\n')}`;
  return fault('LAB_START_FAILED', {
    lab,
    machine,
    script: name,
    ...(result.exitCode !== undefined && { exitCode: result.exitCode }),
    problem: `${what}. ${output}`,
  });
}

function howItEnded({ outcome, exitCode }: ExecResult, mode: StartMode, seconds: number | undefined): string {
  if (outcome === 'output-limit') return `printed more than ${OUTPUT_LIMIT_BYTES} bytes and was stopped`;
  if (outcome === 'not-started' || mode !== 'run') return 'did not start';
  if (outcome === 'timed-out') return `did not end within ${seconds ?? 0} s and was stopped`;
  return `ended with exit code ${exitCode ?? 'unknown'}`;
}
