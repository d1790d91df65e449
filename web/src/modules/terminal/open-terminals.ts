import type { Client } from 'urql';
import { keepNumber } from './kept-numbers.ts';
import { closeTerminal } from './terminal-api.ts';
import type { TerminalPlace } from './typing.ts';

/** Which terminal is at which place of the page. */
const open = new Map<string, string>();

export function noteTerminal(place: TerminalPlace, terminal: string): void {
  open.set(keyOf(place), terminal);
  keepNumber(terminal, place.number);
}

/** Ends the shell at this place, for good. */
export function endTerminal(client: Client, place: TerminalPlace): void {
  const terminal = open.get(keyOf(place));
  if (terminal === undefined) return;
  open.delete(keyOf(place));
  void closeTerminal(client, terminal);
}

function keyOf({ sessionId, machine, number }: TerminalPlace): string {
  return `${sessionId} ${machine} ${number}`;
}
