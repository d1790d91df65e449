import type { Client } from 'urql';
import { readStoredValue, storeValue } from '../../components/stored-value.ts';
import { closeTerminal } from './terminal-api.ts';
import type { TerminalTab } from './typing.ts';

/** Ids of the open terminals, by tab. */
const open = new Map<string, string>();

/** Registers the terminal of a tab. */
export function registerTerminal(tab: TerminalTab, terminal: string): void {
  open.set(keyOf(tab), terminal);
  storeNumber(terminal, tab.number);
}

/** Ends the shell of a tab permanently. */
export function endTerminal(client: Client, tab: TerminalTab): void {
  const terminal = open.get(keyOf(tab));
  if (terminal === undefined) return;
  open.delete(keyOf(tab));
  void closeTerminal(client, terminal);
}

function keyOf({ sessionId, machine, number }: TerminalTab): string {
  return `${sessionId} ${machine} ${number}`;
}

/** The key in the browser's storage. */
const STORAGE_KEY = 'berth-terminal-numbers';

/** Maximum number of terminals whose numbers are stored. The oldest are dropped. */
const MAX_STORED = 200;

/** Returns the tab number that a terminal last had in this browser. */
export function storedNumber(terminal: string): number | undefined {
  return storedNumbers().get(terminal);
}

function storeNumber(terminal: string, number: number): void {
  const numbers = storedNumbers();
  if (numbers.get(terminal) === number) return;
  numbers.delete(terminal);
  numbers.set(terminal, number);
  storeValue(STORAGE_KEY, JSON.stringify([...numbers].slice(-MAX_STORED)));
}

function storedNumbers(): Map<string, number> {
  let entries: unknown;
  try {
    entries = JSON.parse(readStoredValue(STORAGE_KEY) ?? '[]');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return new Map(Array.isArray(entries) ? entries.filter(isEntry) : []);
}

function isEntry(entry: unknown): entry is [string, number] {
  return (
    Array.isArray(entry) && typeof entry[0] === 'string' && Number.isSafeInteger(entry[1]) && entry[1] > 0
  );
}
