import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { Engine } from '../../engine/engine.ts';
import type { ExecResult, ExecSpec } from '../../engine/engine-exec.ts';
import { CHECK_RUNNER } from '../../engine/engine-exec.ts';
import { fault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import { lastLine, textOf, withoutLastLineEnds } from '../../core/plain-text.ts';
import { interpreterOf } from '../labs/machine-shell.ts';
import type { ScriptCheck } from '../labs/lab-check.ts';
import { MESSAGE_LIMIT, unjudged } from './results/check-verdict.ts';
import type { Judgement } from './results/check-verdict.ts';

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

/** Output limit of a check, in bytes; the check is stopped beyond it. */
const OUTPUT_HARD_LIMIT = 1024 * 1024;

/** Exit code of the runner when it could not run the script (see check-runner.c). */
const REFUSED_EXIT_CODE = 125;

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
interface ScriptRun {
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
 * through the runner's socket, with the secret that programs started by the script do not know: the shell closes the file
 * from which it reads the script.
 */
function helpers(
  [interpreter = '']: readonly string[],
  { languages, language }: Reader,
  secret: string,
): string {
  const index = Math.max(0, languages.indexOf(language));
  const choose =
    languages.length > 1 ? `if [ $# -eq ${languages.length} ]; then shift ${index}; set -- "$1"; fi; ` : '';
  // In some Korn shells, printf is a program, whose arguments others can read.
  const print = posix.basename(interpreter) === 'ksh' ? 'print -r --' : String.raw`printf '%s %s\n'`;
  return (
    `exec 9<&-; berth_part=1; say() { ${choose}printf '%s\\n' "$*"; }; fail() { say "$@"; exit $berth_part; }; ` +
    `score() { berth_part=${PARTLY_EXIT_CODE}; ${print} ${secret} "$*" >&8; };`
  );
}

/** Adds the helpers to the first line of a shell script, so that all line numbers stay. */
export function withHelpers(
  script: string,
  interpreter: readonly string[],
  { reader = { languages: [], language: '' }, secret }: { reader?: Reader | undefined; secret: string },
): string {
  if (!isShell(interpreter)) return script;
  const first = helpers(interpreter, reader, secret);
  // The interpreter is already known; for a shell, that line is a comment.
  return script.startsWith('#!') ? first + script.replace(/^[^\n]*/, '') : `${first} ${script}`;
}
