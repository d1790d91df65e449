import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { ExecSpec } from '../../../engine/engine-exec.ts';
import { interpreterOf } from '../../labs/machine-shell.ts';
import type { ScriptCheck } from '../../labs/lab-check.ts';

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

/** The languages for a check's messages. */
export interface Reader {
  /** The lab's languages, in order. */
  languages: readonly string[];
  /** The reader's language, one of them. */
  language: string;
}

/** Interpreters that can run the helpers. */
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh']);

/** Exit code of a script that failed after it gave a partial score. */
export const PARTLY_EXIT_CODE = 93;

/** Returns whether scripts of this interpreter get the helpers. */
function isShell([interpreter = '']: readonly string[]): boolean {
  return SHELLS.has(posix.basename(interpreter));
}

/**
 * Returns the helper functions as one line. `say` prints a message for the learner. `fail` also ends the check. Both
 * choose the learner's language if they get a text for each of the lab's languages. `score` gives a partial score
 * through the runner's pipe, with the secret that programs started by the script do not know: the shell closes the file
 * from which it reads the script.
 */
function helpers({ languages, language }: Reader, secret: string): string {
  const index = Math.max(0, languages.indexOf(language));
  const choose =
    languages.length > 1 ? `if [ $# -eq ${languages.length} ]; then shift ${index}; set -- "$1"; fi; ` : '';
  return (
    `exec 9<&-; berth_part=1; say() { ${choose}printf '%s\\n' "$*"; }; fail() { say "$@"; exit $berth_part; }; ` +
    `score() { berth_part=${PARTLY_EXIT_CODE}; printf '%s %s\\n' ${secret} "$*" >&8; };`
  );
}

/** Adds the helpers to the first line of a shell script, so that all line numbers stay. */
export function withHelpers(
  script: string,
  interpreter: readonly string[],
  { reader = { languages: [], language: '' }, secret }: { reader?: Reader | undefined; secret: string },
): string {
  if (!isShell(interpreter)) return script;
  const first = helpers(reader, secret);
  // The interpreter is already known; for a shell, that line is a comment.
  return script.startsWith('#!') ? first + script.replace(/^[^\n]*/, '') : `${first} ${script}`;
}
