import { spawn } from 'node:child_process';
import { fault } from '../../../core/errors.ts';
import { withoutSecret } from './git-address.ts';
import type { GitProtocol } from './git-address.ts';
import { gitEnvironment, gitSettings } from './git-environment.ts';

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
