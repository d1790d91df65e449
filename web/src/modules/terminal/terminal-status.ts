import type { Hello, TerminalViewer } from 'berth-terminal-client/frames';

/** What is recorded: what a terminal prints, or what is typed as well. */
export type Recorded = NonNullable<Hello['recorded']>;

/** What there is to tell of a terminal beside its screen. */
export interface TerminalStatus {
  /** Whether the connection is lost, and comes back by itself. */
  reconnecting: boolean;
  /** Whether some of what was typed meanwhile is lost. */
  inputDropped: boolean;
  /** Whether the shell outlives the service; undefined while that is not known. */
  durable: boolean | undefined;
  /** What is recorded of it, where anything is. */
  recorded: Recorded | undefined;
  /** Those who are there besides. */
  others: readonly TerminalViewer[];
  /** Name of who is typing there just now. */
  typing: string | undefined;
}

export const unknownStatus: TerminalStatus = {
  reconnecting: false,
  inputDropped: false,
  durable: undefined,
  recorded: undefined,
  others: [],
  typing: undefined,
};
