import type { CommandCheck } from '../../labs/lab-check.ts';
import { passedOrNot } from '../results/check-verdict.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { found } from '../results/findings.ts';
import type { Found } from '../results/findings.ts';
import type { Script } from '../scripts/script-command.ts';
import type { ScriptEnd } from '../scripts/script-runner.ts';
import { shellWord } from '../scripts/script-command.ts';
import { fitsRule } from '../text-rule.ts';

/** Returns a script that runs only the command. */
export function commandScript({ command, user, timeoutSeconds }: CommandCheck): Script {
  return { script: `exec ${command.run.map(shellWord).join(' ')}\n`, user, timeoutSeconds };
}

/** Judges the result of a command. */
export function judgeCommand({ command }: CommandCheck, end: ScriptEnd): Judgement {
  if ('unjudged' in end) return end.unjudged;
  const { exitCode, printed, evidence } = end;
  return passedOrNot(problemOf(command, exitCode, printed), { evidence, exitCode });
}

function problemOf(
  { exit, output }: CommandCheck['command'],
  exitCode: number,
  printed: string,
): Found | undefined {
  if (exitCode !== exit) return found('COMMAND_OTHER_EXIT', { exitCode });
  return fitsRule(printed, output) ? undefined : found('COMMAND_OTHER_OUTPUT');
}
