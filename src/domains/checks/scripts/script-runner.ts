import type { Engine } from '../../../engine/engine.ts';
import type { ExecResult } from '../../../engine/engine-exec.ts';
import { CHECK_RUNNER } from '../../../engine/engine-exec.ts';
import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { lastLine, textOf, withoutLastLineEnds } from '../../../core/plain-text.ts';
import { MESSAGE_LIMIT, unjudged } from '../results/check-verdict.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { OUTPUT_HARD_LIMIT, prepareScript, REFUSED_EXIT_CODE, withoutRunner } from './script-command.ts';
import type { Script, ScriptRun } from './script-command.ts';

/** The result of a script, or why it has none. */
export type ScriptEnd =
  | {
      exitCode: number;
      /** Its standard output. */
      printed: string;
      /** All of its output, error output last. */
      evidence: string;
      /** The score that it reported. */
      score: string | undefined;
    }
  | { unjudged: Judgement };

export type ScriptRunner = ReturnType<typeof createScriptRunner>;

/** Creates a runner of check scripts in machines. */
export function createScriptRunner({ engine }: { engine: Pick<Engine, 'exec'> }) {
  return {
    /**
     * Runs the script.
     * @throws any error of the engine, or the reason of `signal`
     */
    async run(
      machineId: string,
      script: Script,
      environment: Record<string, string>,
      signal: AbortSignal,
    ): Promise<ScriptEnd> {
      const { seal, command } = prepareScript(script, environment, signal);
      const result = await engine.exec(machineId, command);
      return readEnd(result, { seal, timeoutSeconds: script.timeoutSeconds });
    },
  };
}

/** Reads the result of the script from the result of its command. Pure. */
export function readEnd(
  result: ExecResult,
  run: Pick<ScriptRun, 'seal'> & { timeoutSeconds: number },
): ScriptEnd {
  const stdout = textOf(result.stdout);
  const stderr = textOf(result.stderr);
  const printed = withoutRunner(stdout, run);
  const evidence = [printed, withoutRunner(stderr, run)].map(withoutLastLineEnds).filter(Boolean).join('\n');
  const not = (reason: Fault) => ({ unjudged: unjudged(reason, evidence) });
  switch (result.outcome) {
    case 'timed-out':
      return not(fault('CHECK_TIMED_OUT', { seconds: run.timeoutSeconds }));
    case 'output-limit':
      return not(fault('CHECK_OUTPUT_LIMIT', { limit: OUTPUT_HARD_LIMIT }));
    case 'not-started': {
      const words = lastLine(stderr, MESSAGE_LIMIT);
      // Restarting the machine does not help, because it keeps its mounts.
      if (words?.includes(CHECK_RUNNER)) return not(fault('CHECK_RUNNER_MISSING'));
      return not(fault('CHECK_NOT_STARTED', { problem: words ?? 'the machine does not have this user' }));
    }
    case 'exited':
      break;
  }
  const exitCode = result.exitCode ?? -1;
  const problem = refusal(stderr, exitCode, run.seal);
  if (problem !== undefined) return not(fault('CHECK_NOT_STARTED', { problem }));
  const [, score] = new RegExp(`^${run.seal} score (.*)$`, 'm').exec(stderr) ?? [];
  return { exitCode, printed, evidence, score };
}

/** Returns why the script was not completed, by the runner's last message; undefined if it was. */
function refusal(stderr: string, exitCode: number, seal: string): string | undefined {
  const words = new RegExp(`^${seal} (ran$|refused: .*|score .*)`, 'm').exec(stderr)?.[1];
  if (words === 'ran' || words?.startsWith('score ')) return undefined;
  if (words !== undefined && exitCode === REFUSED_EXIT_CODE) return words.slice('refused: '.length);
  return lastLine(stderr, MESSAGE_LIMIT) ?? 'the machine ended it';
}
