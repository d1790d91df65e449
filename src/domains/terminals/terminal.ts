import { fault } from '../../core/errors.ts';
import type { Actor } from '../identity/actor.ts';
import type { LabRecording } from '../labs/lab.ts';
import type { OutputBuffer } from './output-buffer.ts';

/** One shell in a machine of a session. */
export interface Terminal {
  id: string;
  sessionId: string;
  machine: string;
  openedById: string;
  /** Whether the shell keeps running while the service is down. False until the shell has started. */
  durable: boolean;
  createdAt: Date;
  endedAt: Date | undefined;
  exitCode: number | undefined;
}

export interface TerminalSize {
  rows: number;
  cols: number;
}

/** Where a viewer's output starts. */
export interface OutputStart {
  /** Number of the first byte to send. */
  offset: number;
  /** Output below this byte number was printed before the viewer attached. */
  live: number;
  /** Bytes that draw the screen as of `offset` on an empty terminal; undefined if the viewer has all earlier output. */
  snapshot: Buffer | undefined;
}

/** How a terminal ended in this process: its shell ended, or another process has adopted it or may adopt it. */
export type TerminalOver = { exitCode: number | undefined } | 'other-process';

/**
 * How a terminal ended for one viewer. The terminal continues after a viewer was dropped. One who still has access may
 * reconnect.
 */
export type ViewerOver = TerminalOver | 'dropped';

/** Receives the events of a terminal for one viewer. */
export interface ViewerListener {
  /** More output is available. */
  onOutput(): void;
  /** A viewer joined or left. */
  onViewers(viewers: readonly Viewer[]): void;
  /** An assisting viewer is typing. */
  onTyping(viewer: Viewer): void;
  /** The owner has resized the terminal. */
  onSize(size: TerminalSize): void;
}

/** One viewer's connection to a terminal, as the WebSocket uses it. */
export interface AttachedTerminal {
  terminalId: string;
  viewer: Viewer;
  durable: boolean;
  size: TerminalSize;
  /** What the recorder stores now; undefined without a recording. */
  recorded: LabRecording | undefined;
  start: OutputStart;
  /** Bytes of input that this client sent over all of its connections; undefined for a client without an id. */
  typed: number | undefined;
  output: Pick<OutputBuffer, 'first' | 'next' | 'copy'>;
  /** Starts the delivery of events. */
  listen(listener: ViewerListener): void;
  /**
   * Pauses or resumes the shell's output while the viewer cannot receive more. Only the owner who attached last can
   * pause it.
   */
  setPaused(paused: boolean): void;
  /**
   * Sends input to the shell. Returns false if the caller should wait for `drained` before it sends more.
   * @throws TERMINAL_READ_ONLY
   */
  input(bytes: Buffer): boolean;
  drained(): Promise<void>;
  /**
   * Resizes the terminal. Only owners can; a resize by an assisting viewer has no effect.
   * @throws TERMINAL_SIZE_INVALID, TERMINAL_READ_ONLY for watching viewers
   */
  resize(size: { rows: unknown; cols: unknown }): Promise<void>;
  over: Promise<ViewerOver>;
  /** Detaches the viewer, who has all output before byte `received`. The shell keeps running. */
  detach(received: number): void;
}

/** The parameters of a client that attaches. */
export interface AttachRequest {
  ticket: string;
  /** Number of the first output byte that the client lacks; undefined if it has none. */
  from: number | undefined;
  /**
   * The client's id across connections, and how many bytes of input it has sent; undefined for a client without an id.
   */
  client: { id: string; typed: number } | undefined;
}

export interface TerminalService {
  /**
   * Creates a terminal and a one-time ticket. The client must attach within a minute.
   * @throws SESSION_NOT_FOUND, SESSION_NOT_READY, MACHINE_NOT_FOUND, TERMINAL_LIMIT, TERMINAL_SIZE_INVALID
   */
  open(
    actor: Actor | undefined,
    input: { sessionId: string; machine: string } & TerminalSize,
  ): Promise<{ terminal: Terminal; ticket: string }>;
  /**
   * Creates a one-time ticket to an existing terminal. The default role is 'owner' for the user who opened it, and
   * 'watching' for others.
   * @throws TERMINAL_NOT_FOUND, TERMINAL_ENDED, FORBIDDEN if another user asks to be the owner
   */
  ticket(
    actor: Actor | undefined,
    terminalId: string,
    role: ViewerRole | undefined,
  ): Promise<{ terminal: Terminal; ticket: string; role: ViewerRole }>;
  /**
   * Redeems the ticket, and connects to the shell or starts it. The ticket authorises the call as long as its user may
   * enter the machine.
   * @throws TICKET_INVALID, SESSION_NOT_FOUND, SHELL_NOT_STARTED, SESSION_NOT_READY, TERMINAL_ENDED,
   * TERMINAL_ELSEWHERE, VIEWER_LIMIT, SHUTTING_DOWN
   */
  attach(terminalId: string, request: AttachRequest): Promise<AttachedTerminal>;
  /**
   * Lists a session's terminals that have not ended.
   * @throws SESSION_NOT_FOUND
   */
  list(actor: Actor | undefined, sessionId: string): Promise<Terminal[]>;
  /** Ends the terminal's shell. Returns false if it has ended already, or the actor cannot see it. */
  close(actor: Actor | undefined, terminalId: string): Promise<boolean>;

  /** Returns how many shells this process has, for metrics. */
  shellCount(): number;
  /**
   * Adopts or ends the shells of dead processes, and deletes expired tickets. A shell stays for the next round if its
   * engine does not answer, or if `signal` aborts first.
   */
  recover(signal?: AbortSignal): Promise<void>;
  /** Renews the leases of this process's shells, and recovers shells of dead processes, until `signal` aborts. */
  maintain(signal: AbortSignal): Promise<void>;
  /** Refuses new viewers, releases the durable shells, ends the others, and stops listening. */
  shutdown(): Promise<void>;
}

/** What a viewer may do: everything, type, or only watch. Only the user who opened the terminal can be its owner. */
export const viewerRoles = ['owner', 'assisting', 'watching'] as const;
export type ViewerRole = (typeof viewerRoles)[number];

/** One connection of a user to a terminal. */
export interface Viewer {
  /** Id of the connection, or of the client across connections. */
  id: string;
  userId: string;
  name: string;
  role: ViewerRole;
}

/**
 * Largest terminal: an 8K screen with the smallest readable type (8 by 9 pixels a cell) has 480 rows and 960 columns.
 * Programs allocate rows times columns, so a larger size only costs memory.
 */
export const MAX_ROWS = 500;
export const MAX_COLS = 1_000;

/**
 * Returns the size if it is valid.
 * @throws TERMINAL_SIZE_INVALID
 */
export function requireTerminalSize(size: { rows: unknown; cols: unknown }): TerminalSize {
  const { rows, cols } = size;
  if (!isCount(rows, MAX_ROWS) || !isCount(cols, MAX_COLS)) {
    throw fault('TERMINAL_SIZE_INVALID', {
      rows: shown(rows),
      cols: shown(cols),
      maxRows: MAX_ROWS,
      maxCols: MAX_COLS,
    });
  }
  return { rows, cols };
}

function isCount(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;
}

/** Formats the value briefly for a message, whatever it is. */
function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : `(${typeof value})`;
}
