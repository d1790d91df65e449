import type { Readable } from 'node:stream';
import type { ByteSource } from '../core/byte-source.ts';

/** Path in each machine of the program that runs checks, see check-runner.c. */
export const CHECK_RUNNER = '/run/berth/check-runner';

/** Part of the engine port: commands without a terminal. */
export interface EngineExec {
  /**
   * Runs a command without a terminal and waits for its end. On timeout, output limit or abort, it ends the
   * command and all processes that the command started before it returns.
   * @throws CONTAINER_NOT_FOUND, or `signal`'s reason when aborted
   */
  exec(machineId: string, command: ExecSpec): Promise<ExecResult>;

  /**
   * Runs a command and returns its standard output; resolves when the command has started. Reading ends when
   * the command exits with 0. It fails with COMMAND_FAILED for another exit code, and with
   * MACHINE_NOT_RUNNING if the machine is gone. A slow reader slows the command down. Closing ends it with
   * all processes that it started.
   * @throws CONTAINER_NOT_FOUND, COMMAND_FAILED
   */
  execOutput(machineId: string, command: ExecOutputSpec): Promise<ByteSource>;

  /**
   * Starts a command whose input arrives over a socket in the machine, without the engine. Returns undefined,
   * and starts nothing, if that is impossible, for example because the engine is on another host.
   * @throws CONTAINER_NOT_FOUND
   */
  execInput(machineId: string, command: ExecInputSpec): Promise<ExecInput | undefined>;
}

/** A command to run in a machine without a terminal. */
export interface ExecSpec {
  command: string[];
  /** The command's complete standard input; empty if undefined. */
  input?: Buffer;
  /**
   * Standard input of any length, instead of `input`. The stream stays open if the command stops reading.
   * A stream error ends the command and is thrown.
   */
  inputStream?: Readable;
  /**
   * Runs the command, an interpreter, with {@link CHECK_RUNNER} for at most this many seconds, isolated from
   * its user's other processes.
   */
  checkSeconds?: number;
  user?: string;
  workingDirectory?: string;
  environment?: Record<string, string>;
  /** Maximum run time, in milliseconds. */
  timeoutMs: number;
  /** Called with the command's output as it arrives, up to the limit. */
  onOutput?: (bytes: Buffer) => void;
  /** Maximum bytes of output and error output together. */
  outputLimitBytes: number;
  signal?: AbortSignal;
}

/** How a command ended. */
export interface ExecResult {
  /** Only `exited` has an exit code. `not-started`: the command does not exist or may not run. */
  outcome: 'exited' | 'timed-out' | 'output-limit' | 'not-started';
  exitCode: number | undefined;
  /** Output up to the limit. */
  stdout: Buffer;
  stderr: Buffer;
}

/** A command whose output is read as a stream. */
export type ExecOutputSpec = Pick<ExecSpec, 'command' | 'user' | 'environment'>;

/** A command that receives its input over a socket. */
export type ExecInputSpec = Pick<
  ExecSpec,
  'command' | 'user' | 'environment' | 'timeoutMs' | 'outputLimitBytes' | 'signal'
>;

/** Writes to a command's standard input without the engine. */
export interface ExecInput {
  /** Resolves when the command can take more, or will take nothing more, for example because it ended. */
  write(bytes: Buffer): Promise<void>;
  /**
   * Ends the command's input. After the command has received all of it, it can read `last` from its
   * descriptor 3.
   */
  end(last: string): void;
  /** Ends the command's input immediately, without a last message. */
  giveUp(): void;
  /** Resolves when the command ends. */
  result: Promise<ExecResult>;
}
