import { spawn } from 'node:child_process';
import { linkedAbort } from '../../../core/async.ts';
import { fault } from '../../../core/errors.ts';
import { withoutSecret } from './git-address.ts';
import type { GitProtocol } from './git-address.ts';

/** Environment variables that git and ssh need. The service's others may be secret, and git connects to untrusted hosts. */
const allowedVariables =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|XDG_CONFIG_HOME|SSH_AUTH_SOCK|GIT_SSH|GIT_SSH_COMMAND|GIT_SSL_\w+|SSL_CERT_\w+|CURL_CA_BUNDLE|(https?|no|all)_proxy)$/i;

/** A transfer is aborted if it stays below this rate, in bytes per second, for {@link SLOWEST_SECONDS}. */
const SLOWEST_BYTES = 1_000;
const SLOWEST_SECONDS = 30;

/** Settings before the subcommand. The admin's own settings, such as a proxy, stay in effect. */
const gitSettings: readonly string[] = Object.entries({
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  // Checkouts must have the same bytes on every host.
  'core.autocrlf': 'false',
  'core.attributesFile': '/dev/null',
  'core.symlinks': 'true',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  // No background process may outlive the command.
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'submodule.recurse': 'false',
  'filter.lfs.smudge': '',
  'filter.lfs.process': '',
  'filter.lfs.required': 'false',
  'http.lowSpeedLimit': String(SLOWEST_BYTES),
  'http.lowSpeedTime': String(SLOWEST_SECONDS),
  'advice.detachedHead': 'false',
  'init.defaultBranch': 'main',
}).flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/** Returns git's environment: without prompts, and limited to `protocols`. */
function gitEnvironment(own: NodeJS.ProcessEnv, protocols: readonly GitProtocol[]): Record<string, string> {
  const kept = Object.entries(own).flatMap(([key, value]) =>
    value !== undefined && allowedVariables.test(key) ? [[key, value]] : [],
  );
  return {
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=20',
    ...(Object.fromEntries(kept) as Record<string, string>),
    LC_ALL: 'C.UTF-8',
    GIT_ALLOW_PROTOCOL: protocols.join(':'),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    SSH_ASKPASS: '/bin/false',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_LFS_SKIP_SMUDGE: '1',
  };
}

/** Length of the kept end of git's error output, in characters: the last lines contain the reason. */
const ERROR_TAIL = 4_000;

interface GitCommand {
  /** Arguments of git, the subcommand first. */
  args: readonly string[];
  /** Address of the repository, for messages. */
  address: string;
  protocols: readonly GitProtocol[];
  cwd?: string;
  /** Kills git and its child processes. */
  signal: AbortSignal;
  /** Receives git's output. If it throws, git is killed and the error is rethrown. */
  onOutput?: (chunk: Buffer) => void;
}

/**
 * Runs the git client on an untrusted repository: without hooks, prompts or other protocols, and without the
 * service's secrets in its environment.
 * @throws GIT_FAILED with git's error; the signal's reason if it was aborted
 */
export async function runGit(command: GitCommand): Promise<void> {
  const { args, address, protocols, cwd, signal, onOutput } = command;
  signal.throwIfAborted();
  const child = spawn('git', [...gitSettings, ...args], {
    cwd,
    env: gitEnvironment(process.env, protocols),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A separate process group, so git's child processes can be killed with it.
    detached: true,
  });
  let thrown: unknown;
  let errors = '';
  const end = () => endGroup(child.pid);
  signal.addEventListener('abort', end);
  child.stdout.on('data', (chunk: Buffer) => {
    if (thrown !== undefined) return;
    try {
      onOutput?.(chunk);
    } catch (error) {
      thrown = error;
      end();
    }
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(-ERROR_TAIL);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (thrown !== undefined) throw thrown;
    signal.throwIfAborted();
    if (code !== 0) throw failed(address, reasonIn(errors, address) || `git ended with code ${code}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw failed(address, 'git is not installed. Install the package "git"', error);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function failed(address: string, problem: string, cause?: unknown) {
  return fault('GIT_FAILED', { address: withoutSecret(address), problem }, cause);
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // The process has already ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Returns the end of git's error output as one line, without the secret of the address. */
function reasonIn(errors: string, address: string): string {
  const lines = errors
    .replaceAll(address, withoutSecret(address))
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim())
    .filter((line) => line !== '');
  const errorLines = lines.filter((line) => /^(fatal|error|remote): /.test(line));
  return (errorLines.length > 0 ? errorLines : lines).slice(-2).map(withoutSecret).join('; ').slice(0, 500);
}

/**
 * Runs `work` with a signal that aborts with `signal`, with the reason `late` after `seconds`, or when the work
 * calls `abort`. @throws what the work throws
 */
export async function withDeadline<T>(
  { seconds, late, signal }: { seconds: number; late: () => Error; signal: AbortSignal | undefined },
  work: (signal: AbortSignal, abort: (reason: unknown) => void) => Promise<T>,
): Promise<T> {
  const own = linkedAbort(...(signal ? [signal] : []));
  const timer = setTimeout(() => own.abort(late()), seconds * 1_000);
  try {
    return await work(own.signal, own.abort);
  } finally {
    clearTimeout(timer);
    own.unlink();
  }
}
