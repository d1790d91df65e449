import { randomBytes } from 'node:crypto';
import type { ExecSpec } from '../../../../engine/engine-exec.ts';
import { interpreterOf } from '../../../labs/interpreter.ts';
import type { StartScript } from '../../../labs/lab.ts';

/** Most that a script may print that is waited for, in bytes: apt-get says less. */
export const OUTPUT_LIMIT_BYTES = 1024 * 1024;

/** Most that is kept of what a script in the background prints, in bytes: enough to see why it does not work. */
const LOG_LIMIT_BYTES = 256 * 1024;

/** Longest wait for a script to be laid down, or begun in the background, in milliseconds. */
const BEGIN_TIMEOUT_MS = 20_000;

/** Exit code of the wrapper when it could not run the script. */
export const REFUSED_EXIT_CODE = 125;

/** Where the script may lie: memory first, which a full disk leaves alone. */
const PLACES = ['/dev/shm', '/tmp', '/var/tmp'];

/**
 * Takes the script from standard input, so that it may be of any length, into a folder that only its
 * user can enter, under a name that nobody can guess and put a link in the way of.
 * $1: token, then the interpreter with its argument.
 */
const LAY_DOWN = `
token=$1
shift
refuse() { printf '%s\\n' "$1"; [ -n "$place" ] && rm -rf "$place"; exit ${REFUSED_EXIT_CODE}; }
for base in ${PLACES.join(' ')}; do
  place=$base/.berth-start-$token
  mkdir -m 700 "$place" 2>/dev/null && break
  place=
done
[ -n "$place" ] || refuse 'no folder of the machine takes a file'
{ cat >"$place/start"; } 2>/dev/null || refuse 'the machine has no room for a file'
command -v "$1" >/dev/null || refuse "its interpreter $1 is not in the machine"
`;

/**
 * What a script leaves running holds its output open for ever, and is not waited for: so a reader stands
 * between, which lets go of ours when the script itself has ended, and of theirs never.
 */
const RUN = `
mkfifo -m 600 "$place/said" || refuse 'the machine has no room for a file'
{
  while IFS= read -r line && [ "$line" != "$token" ]; do printf '%s\\n' "$line"; done
  exec cat >/dev/null 2>&1
} <"$place/said" &
exec 3>"$place/said"
"$@" "$place/start" </dev/null >&3 2>&1 3>&-
status=$?
printf '\\n%s\\n' "$token" >&3
rm -rf "$place"
exit "$status"
`;

/** $1 and on: the interpreter. The log is bounded line by line, and what comes after that is read and forgotten. */
const RUN_IN_BACKGROUND = `
keep() {
  umask 077
  left=${LOG_LIMIT_BYTES}
  while IFS= read -r line; do
    left=$((left - \${#line} - 1))
    [ "$left" -ge 0 ] || { echo '[more was left out]'; break; }
    printf '%s\\n' "$line"
  done >"$1"
  exec cat >/dev/null
}
log=/tmp/berth-start-$token.log
# Now, so that nobody who waits for the script finds it missing.
(umask 077 && : >"$log") 2>/dev/null
{
  "$@" "$place/start" </dev/null 2>&1 | keep "$log"
  rm -rf "$place"
} </dev/null >/dev/null 2>&1 &
`;

const TELL_PLACE = `printf '%s\\n' "$place/start"`;

const ENDINGS = { run: RUN, background: RUN_IN_BACKGROUND, foreground: TELL_PLACE };

/** How a script is run: to its end, without waiting, or not yet, but by a shell that is told where it is. */
export type StartMode = keyof typeof ENDINGS;

/** The command that runs `script` in its machine in that mode. */
export function startCommand(
  { script, user, timeoutSeconds }: Pick<StartScript, 'script' | 'timeoutSeconds'> & { user?: string },
  mode: StartMode,
  { environment, signal }: { environment: Record<string, string>; signal: AbortSignal },
): ExecSpec {
  const token = randomBytes(8).toString('hex');
  // A shell that sources the script is the only interpreter that it gets.
  const interpreter = mode === 'foreground' ? ['/bin/sh'] : interpreterOf(script);
  const isRun = mode === 'run' && timeoutSeconds !== undefined;
  return {
    command: ['/bin/sh', '-c', LAY_DOWN + ENDINGS[mode], 'start', token, ...interpreter],
    input: Buffer.from(script),
    ...(user !== undefined && { user }),
    workingDirectory: '/',
    // Files that shells read at their start are not the script's.
    environment: { ...environment, ENV: '', BASH_ENV: '' },
    timeoutMs: isRun ? timeoutSeconds * 1000 : BEGIN_TIMEOUT_MS,
    outputLimitBytes: OUTPUT_LIMIT_BYTES,
    signal,
  };
}
