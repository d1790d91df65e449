import type { Duplex } from 'node:stream';

/** Part of the engine port: shells on terminals. */
export interface EngineTerminals {
  /** Opens a shell on a new terminal. @throws CONTAINER_NOT_FOUND, SHELL_NOT_STARTED */
  openTerminal(machineId: string, spec: TerminalSpec): Promise<EngineTerminal>;

  /**
   * Reconnects to a durable shell by its handle. Its output starts at byte `from`, or at the first buffered
   * byte. Closes an earlier connection. Returns undefined if the shell cannot be reached: it has ended, its
   * machine is gone, or it was never durable.
   */
  reattachTerminal(machineId: string, shell: string, from: number): Promise<EngineTerminal | undefined>;

  /**
   * Prepares a shell that waits in the machine for this process's first `openTerminal` with the same
   * specification, at any size. The engine then has no process to start. No code of the shell runs before
   * that. Returns its handle, for `endShell`. The shell survives a pause of the machine.
   * @throws CONTAINER_NOT_FOUND, SHELL_NOT_STARTED
   */
  prepareShell(machineId: string, spec: ShellSpec): Promise<string>;

  /** Returns whether the prepared shell with this handle still waits in this process. */
  isPrepared(machineId: string, shell: string): boolean;

  /**
   * Ends the shell of an {@link EngineTerminal} by its handle, with its whole terminal session, for shells
   * that a crash left running. Succeeds if the shell or its machine is gone. Never ends another process that
   * has the shell's number by now.
   */
  endShell(machineId: string, shell: string): Promise<void>;
}

/** A shell, and its initial state. */
export interface ShellSpec {
  command: string[];
  user?: string;
  /** The user's home directory if undefined. */
  workingDirectory?: string;
  environment?: Record<string, string>;
}

export interface TerminalSpec extends ShellSpec {
  rows: number;
  cols: number;
  /**
   * Called with the shell and awaited before the shell starts, if the shell can be delayed. A caller that
   * stores the handle here never loses a shell. If it throws, the shell is ended and opening throws the same
   * error.
   */
  beforeStart?: (shell: Pick<EngineTerminal, 'shell' | 'durable'>) => Promise<void>;
}

/**
 * How a terminal's stream ended: with the shell, whose exit code is unknown if the machine itself is gone; or
 * with the connection (`cut`), and a durable shell may still run.
 */
export type TerminalEnd = { exitCode: number | undefined } | 'cut';

export interface EngineTerminal {
  /**
   * Raw bytes in both directions. The stream ends when the shell has ended and all of its output was read.
   * Pausing it blocks the shell; destroying it ends a shell that is not durable.
   */
  stream: Duplex;
  /** Number of bytes that the shell printed before the stream's first byte. */
  offset: number;
  /**
   * Returns the number of messages since the last call, if output arrives in messages: short ones cost as
   * much as long ones.
   */
  takeMessages?(): number;
  /**
   * Number of bytes that the shell had printed when the terminal was reattached. The stream starts with them.
   */
  printed?: number;
  /** Whether the shell keeps running without its stream and without this process, for `reattachTerminal`. */
  durable: boolean;
  /** Handle of the shell within its machine, for `endShell`: opaque, can be stored. */
  shell: string;
  resize(rows: number, cols: number): Promise<void>;
  /** Resolves when the stream has ended. */
  over: Promise<TerminalEnd>;
  /** Ends the shell and its terminal session: SIGHUP first, then SIGKILL. Resolves when it is gone. */
  end(): Promise<void>;
}
