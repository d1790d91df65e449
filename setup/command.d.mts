export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** User and group of the command, if not those of this process. Only root can choose. */
  readonly uid?: number;
  readonly gid?: number;
  /** Called with every line of output, from both streams. */
  readonly onLine?: (line: string) => void;
  /** Milliseconds after which the command is killed and fails. */
  readonly timeoutMs?: number;
  /** Number of last lines of output in the error, in addition to the first lines. */
  readonly tailLines?: number;
}

/** A command ended with an exit code other than 0, or could not be started. */
export class CommandError extends Error {
  /** The first and last lines of its output. */
  readonly output: string;
}

/**
 * Runs a command without a shell and without input.
 * @throws CommandError with the first and last lines of output
 */
export function runCommand(command: string, args: readonly string[], options?: CommandOptions): Promise<void>;

/** Calls `onLine` for each line that is not empty. The returned function passes an unfinished last line. */
export function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => void;
