import type { Hello, TerminalProblem, TerminalViewer } from './frames.ts';

/**
 * `connecting` at first; `open` while the shell receives input; `reconnecting` while there is no connection and input
 * is buffered; `ended` permanently.
 */
export type TerminalState = 'connecting' | 'open' | 'reconnecting' | 'ended';

/** A piece of the terminal's output. */
export interface TerminalOutput {
  bytes: Uint8Array;
  /**
   * Whether it was printed before this connection or is a screen snapshot. Do not answer queries in it (device
   * attributes, colours, …): the current program would receive the answer as input.
   */
  replayed: boolean;
}

/** Why the terminal ended for this client. */
export type TerminalEnd =
  /** The shell ended. The exit code is null if its machine was removed. */
  | { why: 'exited'; exitCode: number | null }
  /** The server or `attach` gave a reason. */
  | ({ why: 'refused' } & TerminalProblem)
  /** The server closed the socket with a final code and no reason. */
  | { why: 'closed'; closeCode: number };

/** Callbacks for the code that shows a terminal. */
export interface TerminalEvents {
  /** Output, in order, each byte once. Call `shown` when it is drawn: the server waits for slow clients. */
  onOutput(output: TerminalOutput, shown: () => void): void;
  /** Clear the screen: the next output starts from the beginning or with a snapshot. */
  onReset?(): void;
  onState?(state: TerminalState): void;
  /** Connected. The message has the role, the size, and whether the shell is durable. */
  onHello?(hello: Hello): void;
  /** The terminal's size has changed. */
  onSize?(size: { rows: number; cols: number }): void;
  /** The list of viewers has changed. */
  onViewers?(viewers: readonly TerminalViewer[]): void;
  /** A viewer who assists is typing. */
  onTyping?(typing: { viewer: string; name: string }): void;
  /** The server rejected a request. The terminal stays connected. */
  onProblem?(problem: TerminalProblem): void;
  /** The server has taken more input. `waiting` is the number of bytes that it has not. */
  onInputTaken?(waiting: number): void;
  /** Input was dropped because the buffer is full. */
  onInputDropped?(bytes: number): void;
  /** The terminal has ended. Not called after `close`. */
  onEnd?(end: TerminalEnd): void;
}
