import { randomBytes } from 'node:crypto';
import type { ExecSpec } from '../../../engine/engine-exec.ts';
import { interpreterOf } from '../../labs/machine-shell.ts';
import type { ScriptCheck } from '../../labs/lab-check.ts';
import { isShell, withHelpers } from './script-helpers.ts';
import type { Reader } from './script-helpers.ts';

/** Output limit of a check, in bytes; the check is stopped beyond it. */
export const OUTPUT_HARD_LIMIT = 1024 * 1024;

/** Exit code of the runner when it could not run the script (see check-runner.c). */
export const REFUSED_EXIT_CODE = 125;

/** Path at which the interpreter finds the script. */
const SCRIPT_PATH = '/dev/fd/9';

/** Time after its limit when a check ends without the service, in seconds, in case the service has died. */
const SELF_END_SECONDS = 5;

/** A script with its user and time limit. */
export type Script = Pick<ScriptCheck, 'script' | 'user' | 'timeoutSeconds'> & {
  /** The reader whose language the helpers use. */
  reader?: Reader;
};

/** A script prepared for one run. */
export interface ScriptRun {
  /** Prefix of the runner's own messages, known only to it. */
  seal: string;
  command: ExecSpec;
}

/**
 * Prepares the command that runs a script in a machine. On standard input, the runner reads the seal, the secret prefix
 * of a shell script's scores, and the script of any length.
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

/** Adds an option for Node.js, which resolves the real path of its script: a file in memory has none. */
function readingItself(interpreter: string[]): string[] {
  const [program = ''] = interpreter;
  return /(^|\/)node$/.test(program) ? [...interpreter, '--preserve-symlinks-main'] : interpreter;
}

const newSecret = () => randomBytes(16).toString('hex');

/** Removes the runner's messages and the script's path, which mean nothing to the reader. */
export function withoutRunner(text: string, { seal }: Pick<ScriptRun, 'seal'>): string {
  return text.replaceAll(new RegExp(`\n?${seal} [^\n]*\n`, 'g'), '').replaceAll(SCRIPT_PATH, 'check');
}

/** Quotes a text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
