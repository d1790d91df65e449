import type { Hello, TerminalProblem, TerminalViewer } from './frames.ts';

/**
 * `connecting` at first; `open` while what is typed goes to the shell; `reconnecting` while there is no
 * connection and it is tried again, what is typed being kept; `ended` for good.
 */
export type TerminalState = 'connecting' | 'open' | 'reconnecting' | 'ended';

/** A piece of what the terminal printed. */
export interface TerminalOutput {
  bytes: Uint8Array;
  /**
   * Whether it was printed before this connection, or draws the screen as it was. Queries in it (device
   * attributes, colours, …) must not be answered: the answer would be typed into whatever runs now.
   */
  replayed: boolean;
}

/** Why there is nothing to come back to. */
export type TerminalEnd =
  /** The shell ended; the exit code is null where the machine itself went. */
  | { why: 'exited'; exitCode: number | null }
  /** The server, or `attach`, said why. */
  | ({ why: 'refused' } & TerminalProblem)
  /** The socket was closed for good without a word. */
  | { why: 'closed'; closeCode: number };

/** What happens to a terminal, for the code that shows it. */
export interface TerminalEvents {
  /** Output, in order, each byte once. Call `shown` when it is drawn: the server waits for those who are slow. */
  onOutput(output: TerminalOutput, shown: () => void): void;
  /** The screen is to be emptied: what follows draws it from the beginning, or as it was. */
  onReset?(): void;
  onState?(state: TerminalState): void;
  /** There is a connection: whose terminal it is, how large, whether it is durable. */
  onHello?(hello: Hello): void;
  /** The terminal has this size now. */
  onSize?(size: { rows: number; cols: number }): void;
  /** Who is there now. */
  onViewers?(viewers: readonly TerminalViewer[]): void;
  /** Somebody who assists is typing. */
  onTyping?(typing: { viewer: string; name: string }): void;
  /** The server refused something, and the terminal goes on. */
  onProblem?(problem: TerminalProblem): void;
  /** The server has taken more of the input; so many bytes still wait. */
  onInputTaken?(waiting: number): void;
  /** So many bytes of input were dropped: more was typed than is kept. */
  onInputDropped?(bytes: number): void;
  /** It is over. Not called after `close`. */
  onEnd?(end: TerminalEnd): void;
}
