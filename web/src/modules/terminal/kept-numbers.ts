import { storeValue, readStoredValue } from '../../components/stored-value.ts';

/** Where the browser keeps which number a terminal's tab has. */
const KEPT_AS = 'berth-terminal-numbers';

/** Most terminals whose numbers are kept; those that were opened last. */
const MOST = 200;

/** The number of this terminal's tab when it was last on a page of this browser. */
export function keptNumber(terminal: string): number | undefined {
  return kept().get(terminal);
}

export function keepNumber(terminal: string, number: number): void {
  const numbers = kept();
  if (numbers.get(terminal) === number) return;
  numbers.delete(terminal);
  numbers.set(terminal, number);
  storeValue(KEPT_AS, JSON.stringify([...numbers].slice(-MOST)));
}

function kept(): Map<string, number> {
  let entries: unknown;
  try {
    entries = JSON.parse(readStoredValue(KEPT_AS) ?? '[]');
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
