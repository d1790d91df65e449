import type { Duplex } from 'node:stream';

/** What a shell is, and how it begins. */
export interface ShellSpec {
  command: string[];
  user?: string;
  /** The user's home when absent. */
  workingDirectory?: string;
  environment?: Record<string, string>;
}

export interface TerminalSpec extends ShellSpec {
  rows: number;
  cols: number;
  /**
   * Is told of the shell, and waited for, before it begins, where it can be made to wait: who notes it then leaves none
   * behind that is not known. Where it throws, so does opening, and the shell is ended.
   */
  note?: (shell: Pick<EngineTerminal, 'shell' | 'durable'>) => Promise<void>;
}

/**
 * How a terminal's stream came to its end: with the shell, whose exit code is unknown where the machine
 * itself went, or `cut`, and a durable shell may go on.
 */
export type TerminalEnd = { exitCode: number | undefined } | 'cut';

export interface EngineTerminal {
  /** Raw bytes both ways. It ends when the shell has ended and all of its output was read; pausing it holds the shell back, destroying it ends a shell that is not durable. */
  stream: Duplex;
  /** How many bytes the shell had printed before the first that the stream gives. */
  offset: number;
  /** How many messages the bytes came in since this was last asked, where they come in messages: those of one byte cost as much as long ones. */
  takeMessages?(): number;
  /** How many it had printed when it was attached to again: those come first. */
  printed?: number;
  /** Whether the shell goes on without its stream, and without this process, for `reattachTerminal`. */
  durable: boolean;
  /** Handle of the shell within its machine, for `endShell`: opaque, fit to be stored. */
  shell: string;
  resize(rows: number, cols: number): Promise<void>;
  /** Resolves when the stream is over. */
  over: Promise<TerminalEnd>;
  /** Ends the shell and all of its terminal session, first asking (SIGHUP), then not; resolves when it is gone. */
  end(): Promise<void>;
}
