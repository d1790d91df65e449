import { randomBytes } from 'node:crypto';
import type { Engine } from '../../../../engine/engine.ts';
import type { ExecResult, ExecSpec } from '../../../../engine/engine-exec.ts';
import { fault } from '../../../../core/errors.ts';
import type { Fault } from '../../../../core/errors.ts';
import { lastLines, textOf } from '../../../../core/plain-text.ts';
import type { StartScript } from '../../../labs/lab.ts';
import { interpreterOf } from '../../../labs/machine-shell.ts';

/** Where a script runs, with its environment variables. */
interface StartPlace {
  lab: string;
  /** Name of the machine. */
  machine: string;
  /** The engine's id of the machine. */
  machineId: string;
  environment: Record<string, string>;
}

/** Runs the scripts that prepare machines. */
export function createStartScripts({ engine }: { engine: Pick<Engine, 'exec'> }) {
  async function start(
    script: Pick<StartScript, 'name' | 'script' | 'timeoutSeconds'> & { user?: string | undefined },
    mode: StartMode,
    { lab, machine, machineId, environment }: StartPlace,
    signal: AbortSignal,
  ): Promise<string> {
    const result = await engine.exec(machineId, startCommand(script, mode, { environment, signal }));
    const problem = startFault(result, mode, { lab, machine, ...script });
    if (problem) throw problem;
    return result.stdout.toString().trim();
  }

  return {
    /**
     * Runs the script to its end, or starts it in the background.
     * @throws LAB_START_FAILED, `signal`'s reason, what the engine throws
     */
    async run(script: StartScript, place: StartPlace, signal: AbortSignal): Promise<void> {
      await start(script, script.background ? 'background' : 'run', place, signal);
    },

    /**
     * Writes the script to a file that a shell of `user`, or of the image's user, will source. Returns the absolute path
     * of the file. @throws as `run`
     */
    write(
      { name, script }: StartScript,
      place: StartPlace & { user: string | undefined },
      signal: AbortSignal,
    ): Promise<string> {
      const { user } = place;
      return start({ name, script, user, timeoutSeconds: undefined }, 'foreground', place, signal);
    },
  };
}

/** Lines of a failed script's output in the error: enough to find the problem, short enough for a message. */
const OUTPUT_TAIL = { lines: 5, limit: 160 };

/** Names a script in errors. */
interface NamedScript {
  lab: string;
  machine: string;
  /** Its path in the lab's folder. */
  name: string;
}

/** Returns the fault of a script that failed; undefined if it succeeded. */
export function startFault(
  result: ExecResult,
  mode: StartMode,
  { lab, machine, name, timeoutSeconds }: NamedScript & { timeoutSeconds: number | undefined },
): Fault | undefined {
  if (result.outcome === 'exited' && result.exitCode === 0) return undefined;
  const what = `"${name}" in the machine "${machine}" ${howItEnded(result, mode, timeoutSeconds)}`;
  const lines = lastLines(`${textOf(result.stdout)}\n${textOf(result.stderr)}`, OUTPUT_TAIL);
  const output = lines.length === 0 ? 'It printed nothing.' : `Its last output:\n${lines.join('\n')}`;
  return fault('LAB_START_FAILED', {
    lab,
    machine,
    script: name,
    ...(result.exitCode !== undefined && { exitCode: result.exitCode }),
    problem: `${what}. ${output}`,
  });
}

function howItEnded({ outcome, exitCode }: ExecResult, mode: StartMode, seconds: number | undefined): string {
  if (outcome === 'output-limit') return `printed more than ${OUTPUT_LIMIT_BYTES} bytes and was stopped`;
  if (outcome === 'not-started' || mode !== 'run') return 'did not start';
  if (outcome === 'timed-out') return `did not end within ${seconds ?? 0} s and was stopped`;
  return `ended with exit code ${exitCode ?? 'unknown'}`;
}

/** Output limit of a script, in bytes: apt-get prints less. */
const OUTPUT_LIMIT_BYTES = 1024 * 1024;

/** Limit of the log of a script in the background, in bytes: enough to see why it fails. */
const LOG_LIMIT_BYTES = 256 * 1024;

/** Longest time to write a script, or to start it in the background, in milliseconds. */
const START_TIMEOUT_MS = 20_000;

/** Exit code of the wrapper when it could not run the script. */
const REFUSED_EXIT_CODE = 125;

/** Folders for the script: memory first, which works with a full disk. */
const PLACES = ['/dev/shm', '/tmp', '/var/tmp'];

/**
 * Writes the script from standard input, which has no length limit, to a folder that only its user can enter. Nobody can
 * guess the name and create a link there first. $1: token, then the interpreter with its argument.
 */
const WRITE = `
token=$1
shift
refuse() { printf '%s\\n' "$1"; [ -n "$place" ] && rm -rf "$place"; exit ${REFUSED_EXIT_CODE}; }
for base in ${PLACES.join(' ')}; do
  place=$base/.berth-start-$token
  mkdir -m 700 "$place" 2>/dev/null && break
  place=
done
[ -n "$place" ] || refuse 'no folder of the machine takes a file'
{ cat >"$place/start"; } 2>/dev/null || refuse 'the machine has no space for a file'
command -v "$1" >/dev/null || refuse "its interpreter $1 is not in the machine"
`;

/**
 * Processes that a script leaves running keep its output open, and nothing waits for them. So a reader in between closes
 * the output of this command when the script itself has ended, and keeps reading theirs.
 */
const RUN = `
mkfifo -m 600 "$place/said" || refuse 'the machine has no space for a file'
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

/** $1 and on: the interpreter. The log is limited line by line, and output beyond the limit is read and dropped. */
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
# Now, so that the log exists for everyone who waits for the script.
(umask 077 && : >"$log") 2>/dev/null
{
  "$@" "$place/start" </dev/null 2>&1 | keep "$log"
  rm -rf "$place"
} </dev/null >/dev/null 2>&1 &
`;

const PRINT_PATH = `printf '%s\\n' "$place/start"`;

const ENDINGS = { run: RUN, background: RUN_IN_BACKGROUND, foreground: PRINT_PATH };

/** How a script runs: to its end, in the background, or later by a shell that sources the file. */
type StartMode = keyof typeof ENDINGS;

/** Returns the command that runs `script` in its machine in that mode. */
export function startCommand(
  { script, user, timeoutSeconds }: Pick<StartScript, 'script' | 'timeoutSeconds'> & { user?: string },
  mode: StartMode,
  { environment, signal }: { environment: Record<string, string>; signal: AbortSignal },
): ExecSpec {
  const token = randomBytes(8).toString('hex');
  // In the foreground, the shell that sources the script is its interpreter.
  const interpreter = mode === 'foreground' ? ['/bin/sh'] : interpreterOf(script);
  const isRun = mode === 'run' && timeoutSeconds !== undefined;
  return {
    command: ['/bin/sh', '-c', WRITE + ENDINGS[mode], 'start', token, ...interpreter],
    input: Buffer.from(script),
    ...(user !== undefined && { user }),
    workingDirectory: '/',
    // Shells must not read their start-up files.
    environment: { ...environment, ENV: '', BASH_ENV: '' },
    timeoutMs: isRun ? timeoutSeconds * 1000 : START_TIMEOUT_MS,
    outputLimitBytes: OUTPUT_LIMIT_BYTES,
    signal,
  };
}
