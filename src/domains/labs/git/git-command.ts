import { spawn } from 'node:child_process';
import { fault } from '../../../core/errors.ts';
import { withoutSecret } from './git-address.ts';
import type { GitProtocol } from './git-address.ts';

/** Variables that git and ssh need to find their way; the service's own are not for a program that speaks to strangers. */
const passedOn =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|XDG_CONFIG_HOME|SSH_AUTH_SOCK|GIT_SSH|GIT_SSH_COMMAND|GIT_SSL_\w+|SSL_CERT_\w+|CURL_CA_BUNDLE|(https?|no|all)_proxy)$/i;

/** A transfer slower than this many bytes a second for so many seconds is given up. */
const SLOWEST_BYTES = 1_000;
const SLOWEST_SECONDS = 30;

/** Settings before the subcommand; the admin's own, such as a proxy, stay in force beside them. */
const gitSettings: readonly string[] = Object.entries({
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  // A folder is to hold the same bytes on every machine.
  'core.autocrlf': 'false',
  'core.attributesFile': '/dev/null',
  'core.symlinks': 'true',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  // Nothing is to go on in the background once git has ended.
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

/** Environment of git: it asks nobody for anything, and speaks `protocols` alone. */
function gitEnvironment(own: NodeJS.ProcessEnv, protocols: readonly GitProtocol[]): Record<string, string> {
  const kept = Object.entries(own).flatMap(([key, value]) =>
    value !== undefined && passedOn.test(key) ? [[key, value]] : [],
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

/** Kept of what git says on its error output, in characters: the last lines tell why. */
const ERROR_TAIL = 4_000;

export interface GitCommand {
  /** Arguments of git, the subcommand first. */
  args: readonly string[];
  /** The repository that it is about, for messages. */
  address: string;
  protocols: readonly GitProtocol[];
  /** Where it runs. */
  cwd?: string;
  /** Ends git, and all that it started. */
  signal: AbortSignal;
  /** Takes what git prints; what it throws ends git and is thrown on. */
  onOutput?: (chunk: Buffer) => void;
}

/**
 * Runs git's own client on a repository that nobody vouches for: no hooks, no questions, no other
 * protocol than allowed, nothing of the service's secrets in its environment.
 * @throws GIT_FAILED with what git said; the signal's reason when it was aborted
 */
export async function runGit(command: GitCommand): Promise<void> {
  const { args, address, protocols, cwd, signal, onOutput } = command;
  signal.throwIfAborted();
  const child = spawn('git', [...gitSettings, ...args], {
    cwd,
    env: gitEnvironment(process.env, protocols),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that git's helpers end with it.
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
    if (code !== 0) throw failed(address, lastWords(errors, address) || `git ended with ${code}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw failed(address, 'there is no git on this machine: install the package "git"', error);
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
    // It has ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** What git said at last, in one line, without the secret that the address may hold. */
function lastWords(errors: string, address: string): string {
  const lines = errors
    .replaceAll(address, withoutSecret(address))
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim())
    .filter((line) => line !== '');
  const telling = lines.filter((line) => /^(fatal|error|remote): /.test(line));
  return (telling.length > 0 ? telling : lines).slice(-2).map(withoutSecret).join('; ').slice(0, 500);
}
