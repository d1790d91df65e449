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
  /** How many of the last lines of output are kept for the error, besides the first ones. */
  readonly tailLines?: number;
}

/** A command that ended with another code than 0, or could not be started. */
export class CommandError extends Error {
  /** The first and the last lines of its output. */
  readonly output: string;
}

/**
 * Runs a command without a shell and without input.
 * Rejects with a {@link CommandError} that has the ends of its output when it fails.
 */
export function runCommand(command: string, args: readonly string[], options?: CommandOptions): Promise<void>;

/** Calls `onLine` for each line that is not empty; the answered function hands over an unfinished last one. */
export function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => void;
