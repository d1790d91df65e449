import type { Duplex } from 'node:stream';
import type { Actor } from '../identity/actor.ts';

/** One shell in a machine of a session. */
export interface Terminal {
  id: string;
  sessionId: string;
  machine: string;
  createdAt: Date;
  endedAt: Date | undefined;
  exitCode: number | undefined;
}

export interface TerminalSize {
  rows: number;
  cols: number;
}

/** What a socket needs to carry a terminal: bytes both ways and the shell's end. */
export interface AttachedTerminal {
  terminalId: string;
  sessionId: string;
  /** What the shell found at its start. */
  size: TerminalSize;
  /** Raw bytes both ways; it does not flow until it is listened to. */
  stream: Duplex;
  /** Resizing what has ended does nothing. @throws TERMINAL_SIZE_INVALID */
  resize(size: { rows: unknown; cols: unknown }): Promise<void>;
  /** Input or output passed: the session is not idle. Cheap enough for every chunk. */
  touch(): void;
  /** Resolves when the shell has ended and all its output was read: its exit code, or undefined where the machine went. */
  exited: Promise<number | undefined>;
  /** The viewer is gone: ends the shell with all that hangs on it. */
  detach(): Promise<void>;
}

export interface TerminalService {
  /**
   * Makes a terminal to be attached within a minute by its one-use ticket.
   * @throws SESSION_NOT_FOUND, SESSION_NOT_READY, MACHINE_NOT_FOUND, TERMINAL_LIMIT, TERMINAL_SIZE_INVALID
   */
  open(
    actor: Actor | undefined,
    input: { sessionId: string; machine: string } & TerminalSize,
  ): Promise<{ terminal: Terminal; ticket: string }>;
  /**
   * Takes the ticket and starts the shell. The ticket is the authority here, as long as whoever
   * opened the terminal may enter its machine.
   * @throws TICKET_INVALID, SESSION_NOT_FOUND, SHELL_NOT_STARTED, SESSION_NOT_READY, SHUTTING_DOWN
   */
  attach(terminalId: string, ticket: string): Promise<AttachedTerminal>;
  /** Terminals of a session that have not ended. @throws SESSION_NOT_FOUND */
  list(actor: Actor | undefined, sessionId: string): Promise<Terminal[]>;
  /** Ends the terminal's shell. Closing what has ended, or is not there for this actor, succeeds: false then. */
  close(actor: Actor | undefined, terminalId: string): Promise<boolean>;

  /** How many shells this process holds now, for metrics. */
  held(): number;
  /** Ends the shells that dead processes held, and tickets nobody used. Shells of an engine that does not answer stay for the next time. */
  recover(): Promise<void>;
  /** Keeps this process's hold on its shells and recovers those of others, until `signal` aborts. */
  maintain(signal: AbortSignal): Promise<void>;
  /** Refuses new shells, ends those this process holds, and stops listening. */
  shutdown(): Promise<void>;
}
