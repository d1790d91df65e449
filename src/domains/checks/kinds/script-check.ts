import { fault } from '../../../core/errors.ts';
import { lastLine } from '../../../core/plain-text.ts';
import type { CommandCheck } from '../../labs/lab-check.ts';
import { judged, MESSAGE_LIMIT, unjudged, passedOrNot } from '../results/check-verdict.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { found } from '../results/findings.ts';
import type { Found } from '../results/findings.ts';
import { PARTLY_EXIT_CODE, shellWord } from '../script-runner.ts';
import type { ScriptEnd, Script } from '../script-runner.ts';
import { fitsRule } from '../text-rule.ts';

/**
 * Judges the result of a script. With exit code 0 the score is the given one, or 1 without any. With another exit code
 * it is 0, except if the script gave a partial score and then reported what is missing.
 */
export function judgeScript(end: ScriptEnd): Judgement {
  if ('unjudged' in end) return end.unjudged;
  const { exitCode, printed, evidence } = end;
  const full = exitCode === 0 ? 1 : 0;
  const counts = exitCode === 0 || exitCode === PARTLY_EXIT_CODE;
  const given = end.score === undefined || !counts ? undefined : readScore(end.score);
  if (given === 'wrong') {
    const score = lastLine(end.score ?? '', 40) ?? '';
    return unjudged(fault('CHECK_SCORE_INVALID', { score }), evidence);
  }
  // A full score followed by a failure was not meant.
  const score = given === undefined || (given === 1 && full === 0) ? full : given;
  const says = lastLine(printed, MESSAGE_LIMIT) ?? found(score === 1 ? 'DONE' : 'NOT_YET');
  return judged({ score, says, evidence, exitCode });
}

/** Parses a share from 0 to 1, written as `0.6`, `60%` or `3/5`. */
function readScore(text: string): number | 'wrong' {
  const [, number = '', percent, whole] =
    /^\s*(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})\s*(?:(%)|\/\s*(\d{1,9}))?\s*$/.exec(text) ?? [];
  if (number === '') return 'wrong';
  const of = percent ? 100 : Number(whole ?? 1);
  const share = Number(number) / of;
  return share >= 0 && share <= 1 ? share : 'wrong';
}

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
