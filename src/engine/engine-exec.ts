import type { Readable } from 'node:stream';

/** Berth's program in each machine that starts what judges: images/holder/check-runner.c. */
export const CHECK_RUNNER = '/run/berth/check-runner';

/** A command to be run in a machine without a terminal. */
export interface ExecSpec {
  command: string[];
  /** Written to the command's standard input, which is then closed; closed at once when absent. */
  input?: Buffer;
  /**
   * The same for input of any length, in place of `input`. It stays open where the command wants no
   * more of it; one that fails ends the command, and its error is thrown.
   */
  inputStream?: Readable;
  /** Has {@link CHECK_RUNNER} run the command, an interpreter, out of reach of other processes of its user, for so many seconds at most. */
  checkSeconds?: number;
  user?: string;
  workingDirectory?: string;
  environment?: Record<string, string>;
  /** Longest run, in milliseconds. */
  timeoutMs: number;
  /** Told of the command's output as it comes, within the limit. */
  onOutput?: (bytes: Buffer) => void;
  /** Most bytes of output and error output together. */
  outputLimitBytes: number;
  signal?: AbortSignal;
}

/** How a command ended. */
export interface ExecResult {
  /** `exited` is the only one with an exit code; `not-started` when the command does not exist or may not run. */
  outcome: 'exited' | 'timed-out' | 'output-limit' | 'not-started';
  exitCode: number | undefined;
  /** Up to the limit. */
  stdout: Buffer;
  stderr: Buffer;
}

/** A command whose output is read as it comes. */
export type ExecOutputSpec = Pick<ExecSpec, 'command' | 'user' | 'environment'>;

/** A command that is fed. */
export type ExecInputSpec = Pick<
  ExecSpec,
  'command' | 'user' | 'environment' | 'timeoutMs' | 'outputLimitBytes' | 'signal'
>;

/** Feeds a command whose standard input does not pass the engine. */
export interface ExecInput {
  /** Resolves when more is wanted, or nothing any more, as when the command has ended. */
  write(bytes: Buffer): Promise<void>;
  /** Has the command come to the end of its input, once it has all, and then find `last` at its descriptor 3. */
  end(last: string): void;
  /** The same at once, and without a word. */
  giveUp(): void;
  /** How the command ended. */
  result: Promise<ExecResult>;
}
