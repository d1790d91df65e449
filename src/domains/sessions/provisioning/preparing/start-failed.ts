import type { ExecResult } from '../../../../engine/engine-exec.ts';
import { fault } from '../../../../core/errors.ts';
import type { Fault } from '../../../../core/errors.ts';
import { lastLines, textOf } from '../../../../core/plain-text.ts';
import { OUTPUT_LIMIT_BYTES } from './script-wrapper.ts';
import type { StartMode } from './script-wrapper.ts';

/** Of what a script said: enough to find its fault, little enough for a message. */
const LAST_WORDS = { lines: 5, limit: 160 };

/** A script, as it is spoken of. */
export interface NamedScript {
  lab: string;
  machine: string;
  /** Its path from the lab's folder. */
  name: string;
}

/** Why a script did not do what it was to; undefined where it did. */
export function startFault(
  result: ExecResult,
  mode: StartMode,
  { lab, machine, name, timeoutSeconds }: NamedScript & { timeoutSeconds: number | undefined },
): Fault | undefined {
  if (result.outcome === 'exited' && result.exitCode === 0) return undefined;
  const what = `"${name}" in the machine "${machine}" ${howItEnded(result, mode, timeoutSeconds)}`;
  const words = lastLines(`${textOf(result.stdout)}\n${textOf(result.stderr)}`, LAST_WORDS);
  const said = words.length === 0 ? 'It said nothing.' : `It said last:\n${words.join('\n')}`;
  return fault('LAB_START_FAILED', {
    lab,
    machine,
    script: name,
    ...(result.exitCode !== undefined && { exitCode: result.exitCode }),
    problem: `${what}. ${said}`,
  });
}

function howItEnded({ outcome, exitCode }: ExecResult, mode: StartMode, seconds: number | undefined): string {
  if (outcome === 'output-limit') return `printed more than ${OUTPUT_LIMIT_BYTES} bytes and was stopped`;
  if (outcome === 'not-started' || mode !== 'run') return 'did not start';
  if (outcome === 'timed-out') return `did not end within ${seconds ?? 0} s and was stopped`;
  return `ended with exit code ${exitCode ?? 'unknown'}`;
}
