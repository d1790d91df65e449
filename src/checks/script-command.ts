import { randomBytes } from 'node:crypto';
import type { ExecSpec } from '../engine/engine-exec.ts';
import { interpreterOf } from '../labs/interpreter.ts';
import type { ScriptCheck } from '../labs/lab-check.ts';
import { withHelpers } from './script-helpers.ts';
import type { Reader } from './script-helpers.ts';

/** Most that a check may print, in bytes: beyond it is stopped. */
export const OUTPUT_HARD_LIMIT = 1024 * 1024;

/** Exit code of the wrapper when it could not run the script. */
export const REFUSED_EXIT_CODE = 125;

/** Seconds after its time limit when a check ends by itself, should the service be gone by then. */
const SELF_END_SECONDS = 5;

/** Where the script may lie: memory first, which a full disk leaves alone. */
const PLACES = ['/dev/shm', '/tmp', '/var/tmp'];

/**
 * Takes the script from standard input, so that it may be of any length, into a folder that only
 * the checking user can enter, and runs it with nothing to read. `timeout` puts the script into a
 * process group of its own: what is left of it would hold the output open. Everything that it says itself
 * begins with the seal, as its last word does: without that, the script was not run to its end. The seal
 * comes as the first line, and so is in no list of processes; the token, by which the folder is found, is.
 * $1: token, $2: seconds until it ends by itself, then the interpreter with its argument.
 */
const WRAPPER = `
token=$1 seconds=$2
shift 2
IFS= read -r seal
refuse() { printf '\\n%s refused: %s\\n' "$seal" "$1" >&2; rm -rf "$place"; exit ${REFUSED_EXIT_CODE}; }
for base in ${PLACES.join(' ')}; do
  place=$base/.berth-check-$token
  mkdir -m 700 "$place" 2>/dev/null && break
  place=
done
[ -n "$place" ] || refuse 'no folder of the machine takes a file'
{ cat >"$place/check"; } 2>/dev/null || refuse 'the machine has no room for a file'
command -v "$1" >/dev/null || refuse "its interpreter $1 is not in the machine"
command -v timeout >/dev/null &&
  set -- /bin/sh -c 'echo $$ >"$0"; exec "$@"' "$place/group" timeout -s KILL "$seconds" "$@"
BERTH_SCORE=$place/score "$@" "$place/check" </dev/null
status=$?
read -r group 2>/dev/null <"$place/group" && kill -s KILL -- "-$group" 2>/dev/null
score=
[ -f "$place/score" ] && IFS= read -r score <"$place/score"
rm -rf "$place"
[ -n "$score" ] && printf '\\n%s score %s\\n' "$seal" "$score" >&2
printf '\\n%s ran\\n' "$seal" >&2
exit "$status"
`;

/** What is run, by whom, and for how long at most. */
export type Script = Pick<ScriptCheck, 'script' | 'user' | 'timeoutSeconds'> & {
  /** Whose language its helpers speak. */
  reader?: Reader;
};

/** A script made ready to be run once. */
export interface ScriptRun {
  /** Marks the wrapper's own words: not to be guessed or seen by others than the checking user. */
  seal: string;
  /** Names the script's place. */
  token: string;
  command: ExecSpec;
  /** Removes what the wrapper could not, because it was stopped. */
  cleanUp: ExecSpec;
}

export function prepareScript(
  check: Script,
  environment: Record<string, string>,
  signal: AbortSignal,
): ScriptRun {
  const token = randomBytes(16).toString('hex');
  const seal = randomBytes(16).toString('hex');
  const interpreter = interpreterOf(check.script);
  const selfEnd = Math.ceil(check.timeoutSeconds) + SELF_END_SECONDS;
  const places = PLACES.map((place) => `${place}/.berth-check-${token}`);
  const common = { user: check.user, workingDirectory: '/', outputLimitBytes: OUTPUT_HARD_LIMIT };
  return {
    seal,
    token,
    command: {
      ...common,
      command: ['/bin/sh', '-c', WRAPPER, 'check', token, String(selfEnd), ...interpreter],
      input: Buffer.from(`${seal}\n${withHelpers(check.script, interpreter, check.reader)}`),
      // Files that shells read at their start are not the check's.
      environment: { ...environment, ENV: '', BASH_ENV: '' },
      timeoutMs: check.timeoutSeconds * 1000,
      signal,
    },
    cleanUp: { ...common, command: ['rm', '-rf', ...places], timeoutMs: 5_000 },
  };
}

/** `text` without the wrapper's words and the script's place, which would mean nothing to its reader. */
export function withoutWrapper(text: string, { seal, token }: Pick<ScriptRun, 'seal' | 'token'>): string {
  const place = new RegExp(`(?:${PLACES.join('|')})/\\.berth-check-${token}/check`, 'g');
  return text.replaceAll(new RegExp(`\n?${seal} [^\n]*\n`, 'g'), '').replaceAll(place, 'check');
}
