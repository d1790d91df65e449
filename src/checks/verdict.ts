import type { ExecResult } from '../engine/engine-exec.ts';
import { fault } from '../errors.ts';
import type { Fault } from '../errors.ts';
import type { Attempt } from './attempt.ts';
import { cutText, lastLine, textOf } from '../plain-text.ts';
import { OUTPUT_HARD_LIMIT, REFUSED_EXIT_CODE, withoutWrapper } from './script-command.ts';

/** Most output that is kept of an attempt, in bytes: enough to find a fault, little enough for a database row. */
export const OUTPUT_KEPT = 64 * 1024;

/** Most characters of a message: a learner reads it at a glance. */
const MESSAGE_LIMIT = 500;

/** How a check ended. */
export type Verdict = Pick<Attempt, 'passed' | 'score' | 'message' | 'output' | 'exitCode' | 'reasonCode'> & {
  state: 'finished' | 'errored';
};

/** What the run of a script says: passed with exit code 0; or that it could not be judged, and why. */
export function judge(result: ExecResult, run: { token: string; timeoutSeconds: number }): Verdict {
  const stdout = textOf(result.stdout);
  const stderr = textOf(result.stderr);
  const output = readable(stdout, withoutWrapper(stderr, run.token), run.token);
  switch (result.outcome) {
    case 'timed-out':
      return unjudged(fault('CHECK_TIMED_OUT', { seconds: run.timeoutSeconds }), output);
    case 'output-limit':
      return unjudged(fault('CHECK_OUTPUT_LIMIT', { limit: OUTPUT_HARD_LIMIT }), output);
    case 'not-started': {
      const problem =
        lastLine(stderr, MESSAGE_LIMIT) ?? 'the machine has no shell at /bin/sh, or no such user';
      return unjudged(fault('CHECK_NOT_STARTED', { problem }), output);
    }
    case 'exited':
      break;
  }
  const problem = refusal(stderr, result.exitCode, run.token);
  if (problem !== undefined) return unjudged(fault('CHECK_NOT_STARTED', { problem }), output);
  const passed = result.exitCode === 0;
  return {
    state: 'finished',
    passed,
    score: passed ? 1 : 0,
    message: lastLine(stdout, MESSAGE_LIMIT) ?? (passed ? 'Done.' : 'Not there yet.'),
    output,
    exitCode: result.exitCode,
    reasonCode: undefined,
  };
}

/** The verdict of a check that could not be judged: nothing is held against the learner. */
export function unjudged(reason: Fault, output = ''): Verdict {
  return {
    state: 'errored',
    passed: false,
    score: 0,
    message: reason.message,
    output,
    exitCode: undefined,
    reasonCode: reason.code,
  };
}

/** Why the script was not run to its end, by the wrapper's last words; undefined where it was. */
function refusal(stderr: string, exitCode: number | undefined, token: string): string | undefined {
  const words = new RegExp(`^${token} (ran$|refused: .*)`, 'm').exec(stderr)?.[1];
  if (words === 'ran') return undefined;
  if (words !== undefined && exitCode === REFUSED_EXIT_CODE) return words.slice('refused: '.length);
  return lastLine(stderr, MESSAGE_LIMIT) ?? 'the machine ended it';
}

function readable(stdout: string, stderr: string, token: string): string {
  const both = [withoutWrapper(stdout, token), stderr]
    .map((text) => text.replace(/\n+$/, ''))
    .filter(Boolean);
  return cutText(both.join('\n'), OUTPUT_KEPT);
}
