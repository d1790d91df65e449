import { randomBytes } from 'node:crypto';
import type { ExecSpec } from '../../../engine/engine-exec.ts';
import { interpreterOf } from '../../labs/interpreter.ts';
import type { ScriptCheck } from '../../labs/lab-check.ts';
import { isShell, withHelpers } from './script-helpers.ts';
import type { Reader } from './script-helpers.ts';

/** Most that a check may print, in bytes: beyond it is stopped. */
export const OUTPUT_HARD_LIMIT = 1024 * 1024;

/** Exit code of the runner when it could not run the script: images/holder/check-runner.c. */
export const REFUSED_EXIT_CODE = 125;

/** Where the runner lets the interpreter find the script. */
const SCRIPT_PATH = '/dev/fd/9';

/** Seconds after its time limit when a check ends without the service, should that be gone by then. */
const SELF_END_SECONDS = 5;

/** What is run, by whom, and for how long at most. */
export type Script = Pick<ScriptCheck, 'script' | 'user' | 'timeoutSeconds'> & {
  /** Whose language its helpers speak. */
  reader?: Reader;
};

/** A script made ready to be run once. */
export interface ScriptRun {
  /** Begins what the runner says of the run: nobody else knows it. */
  seal: string;
  command: ExecSpec;
}

/**
 * The command that runs a script in a machine. The runner reads from standard input the seal, the secret that
 * a shell script's scores begin with, and the script, which may be of any length.
 */
export function prepareScript(
  check: Script,
  environment: Record<string, string>,
  signal: AbortSignal,
): ScriptRun {
  const seal = newSecret();
  const interpreter = interpreterOf(check.script);
  const secret = isShell(interpreter) ? newSecret() : '';
  const script = withHelpers(check.script, interpreter, { reader: check.reader, secret });
  return {
    seal,
    command: {
      user: check.user,
      workingDirectory: '/',
      outputLimitBytes: OUTPUT_HARD_LIMIT,
      command: readingItself(interpreter),
      checkSeconds: Math.ceil(check.timeoutSeconds) + SELF_END_SECONDS,
      input: Buffer.from(`${seal}\n${secret}\n${script}`),
      environment,
      timeoutMs: check.timeoutSeconds * 1000,
      signal,
    },
  };
}

/** Node.js looks for a real path of its script, which a file in memory does not have. */
function readingItself(interpreter: string[]): string[] {
  const [program = ''] = interpreter;
  return /(^|\/)node$/.test(program) ? [...interpreter, '--preserve-symlinks-main'] : interpreter;
}

const newSecret = () => randomBytes(16).toString('hex');

/** `text` without the runner's words and the script's place, which would mean nothing to its reader. */
export function withoutRunner(text: string, { seal }: Pick<ScriptRun, 'seal'>): string {
  return text.replaceAll(new RegExp(`\n?${seal} [^\n]*\n`, 'g'), '').replaceAll(SCRIPT_PATH, 'check');
}
