import { spawn } from 'node:child_process';

/** Enough of a failed command's output to see why, without flooding the terminal. */
const TAIL_LINES = 40;
/** Longest line kept; a progress bar without line ends must not fill memory. */
const MAX_LINE_CHARS = 4_000;

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Whom the command runs as, where that is somebody else; only root can choose. */
  readonly uid?: number;
  readonly gid?: number;
  /** Called with every line of output, from both streams. */
  readonly onLine?: (line: string) => void;
  /** Milliseconds after which the command is killed and fails. */
  readonly timeoutMs?: number;
}

/** A command that ended with another code than 0, or could not be started. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly tail: string;

  constructor(command: string, reason: string, tail: string, cause?: unknown) {
    super(`${command}: ${reason}${tail ? `\n${tail}` : ''}`, { cause });
    this.tail = tail;
  }
}

/**
 * Runs a command without a shell and without input, and answers its last lines of output.
 *
 * @throws {CommandError} with those lines when it fails.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  { env, cwd, uid, gid, onLine, timeoutMs }: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const shown = [command, ...args].join(' ');
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      env,
      cwd,
      uid,
      gid,
    });
    const tail: string[] = [];
    const keep = (line: string) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLine?.(line);
    };
    const readers = [child.stdout, child.stderr].map((stream) => readLines(stream, keep));
    child.once('error', (error) => reject(new CommandError(shown, error.message, '', error)));
    child.once('close', (code, signal) => {
      for (const end of readers) end();
      if (code === 0) resolve(tail.join('\n'));
      else reject(new CommandError(shown, signal ?? `exit code ${code}`, tail.join('\n')));
    });
  });
}

/** Calls `onLine` for each line; the answered function hands over an unfinished last one. */
export function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '').slice(0, MAX_LINE_CHARS);
    for (const line of lines) if (line) onLine(line);
  });
  return () => {
    if (rest) onLine(rest);
    rest = '';
  };
}
