import type { Actor } from '../identity/actor.ts';
import type { LabRecording } from '../labs/lab.ts';
import type { Transcript } from './transcript.ts';
import type { Viewer, ViewerRole } from './viewer.ts';

/** One shell in a machine of a session. */
export interface Terminal {
  id: string;
  sessionId: string;
  machine: string;
  openedById: string;
  /** Whether its shell goes on when the service ends; not known, and false, before it has begun. */
  durable: boolean;
  createdAt: Date;
  endedAt: Date | undefined;
  exitCode: number | undefined;
}

export interface TerminalSize {
  rows: number;
  cols: number;
}

/** Where a viewer's output begins. */
export interface OutputStart {
  /** Number of the first byte that is theirs. */
  offset: number;
  /** What is numbered below it was printed before they came. */
  live: number;
  /** What draws the screen as it was at `offset`, on a clear one, where they lack what came before. */
  snapshot: Buffer | undefined;
}

/** How a terminal came to its end for this process: with its shell, or that goes on elsewhere. */
export type TerminalOver = { exitCode: number | undefined } | 'elsewhere';

/** What a viewer is told, as it happens. */
export interface ViewerListener {
  /** There is more output. */
  onOutput(): void;
  /** Who is there has changed. */
  onViewers(viewers: readonly Viewer[]): void;
  /** Somebody who assists types. */
  onTyping(viewer: Viewer): void;
  /** The owner's screen has another size now. */
  onSize(size: TerminalSize): void;
}

/** A terminal as one viewer has it: what a socket needs to carry it. */
export interface AttachedTerminal {
  terminalId: string;
  viewer: Viewer;
  durable: boolean;
  size: TerminalSize;
  /** What is recorded of it now. */
  recorded: LabRecording | undefined;
  start: OutputStart;
  /** Of this client's input, how many bytes the shell was given over earlier connections; undefined for one without a name. */
  typed: number | undefined;
  output: Pick<Transcript, 'first' | 'next' | 'copy'>;
  /** From now on the viewer is told. */
  listen(listener: ViewerListener): void;
  /** Holds the shell back, or no more, while the viewer cannot take more. That of an owner counts who came last. */
  hold(held: boolean): void;
  /** Gives the shell what was typed; false once that should wait until `drained` resolves. @throws TERMINAL_READ_ONLY */
  input(bytes: Buffer): boolean;
  drained(): Promise<void>;
  /** Sizes of others than owners change nothing. @throws TERMINAL_SIZE_INVALID, TERMINAL_READ_ONLY for who looks on */
  resize(size: { rows: unknown; cols: unknown }): Promise<void>;
  over: Promise<TerminalOver>;
  /** The viewer is gone, and surely has all output before `taken`; the shell goes on. */
  detach(taken: number): void;
}

/** What a client says when it attaches. */
export interface AttachRequest {
  ticket: string;
  /** Number of the first output byte that it lacks; undefined when it has nothing. */
  from: number | undefined;
  /** Its name over several connections, and how many bytes of input it has sent over them; undefined for one that has none. */
  client: { id: string; typed: number } | undefined;
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
   * A one-use ticket to a terminal that is there, in that role: for who opened it that of its owner when
   * absent, for others to look on.
   * @throws TERMINAL_NOT_FOUND, TERMINAL_ENDED, FORBIDDEN for an owner who did not open it
   */
  ticket(
    actor: Actor | undefined,
    terminalId: string,
    role: ViewerRole | undefined,
  ): Promise<{ terminal: Terminal; ticket: string; role: ViewerRole }>;
  /**
   * Takes the ticket, and joins the shell or starts it. The ticket is the authority here, as long as
   * the user who was given it may enter the machine.
   * @throws TICKET_INVALID, SESSION_NOT_FOUND, SHELL_NOT_STARTED, SESSION_NOT_READY, TERMINAL_ENDED,
   * TERMINAL_ELSEWHERE, VIEWER_LIMIT, SHUTTING_DOWN
   */
  attach(terminalId: string, request: AttachRequest): Promise<AttachedTerminal>;
  /** Terminals of a session that have not ended. @throws SESSION_NOT_FOUND */
  list(actor: Actor | undefined, sessionId: string): Promise<Terminal[]>;
  /** Ends the terminal's shell. Closing what has ended, or is not there for this actor, succeeds: false then. */
  close(actor: Actor | undefined, terminalId: string): Promise<boolean>;

  /** How many shells this process holds now, for metrics. */
  held(): number;
  /** Takes over, or ends, the shells that dead processes held, and tickets nobody used. Those of an engine that does not answer, and those that wait when `signal` aborts, stay for the next time. */
  recover(signal?: AbortSignal): Promise<void>;
  /** Keeps this process's hold on its shells and recovers those of others, until `signal` aborts. */
  maintain(signal: AbortSignal): Promise<void>;
  /** Refuses new viewers, lets go of the shells that go on without this process, ends the others, and stops listening. */
  shutdown(): Promise<void>;
}
