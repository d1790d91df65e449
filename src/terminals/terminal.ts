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
  stream: Duplex;
  /** @throws TERMINAL_SIZE_INVALID */
  resize(size: TerminalSize): Promise<void>;
  /** Input or output passed: the session is not idle. */
  touch(): void;
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
  /** Takes the ticket and starts the shell. The ticket is the authority here. @throws TICKET_INVALID, SHELL_NOT_STARTED, SESSION_NOT_READY */
  attach(terminalId: string, ticket: string): Promise<AttachedTerminal>;
  /** Terminals of a session that have not ended. */
  list(actor: Actor | undefined, sessionId: string): Promise<Terminal[]>;
  /** Ends the terminal's shell; closing what has ended succeeds. */
  close(actor: Actor | undefined, terminalId: string): Promise<boolean>;
}
