/** The action of a click on code. */
export interface Action {
  kind: 'exec' | 'copy';
  /** Number of the terminal, from 1; undefined for the visible one. */
  terminal: number | undefined;
  /** Name of the machine; undefined for the visible one. */
  machine: string | undefined;
  interrupt: boolean;
}

/** An action, or "open" for code that opens a file, or none; `lost` describes words without an equivalent. */
type Meaning = { action: Action | 'open' | undefined; lost: string | undefined };

/**
 * Interprets the words in `{{…}}` after code for a lab with these machines; undefined if Katacoda and Killercoda do
 * not know them.
 */
export function meaningOf(words: string, hosts: readonly string[]): Meaning | undefined {
  const [verb = '', ...rest] = words.trim().split(/\s+/);
  if (verb === '') return { action: undefined, lost: undefined };
  if (/^copy$/i.test(verb)) return { action: copy, lost: undefined };
  if (/^open$/i.test(verb)) return { action: 'open', lost: undefined };
  // Also with a typo in the first letters.
  if (!/^.{0,2}(xec|xecute)$/iu.test(verb)) return undefined;

  const has = (word: string) => rest.some((one) => one.toLowerCase() === word);
  if (has('ctrl-seq')) {
    return { action: undefined, lost: 'a click cannot send keys; learners must press them' };
  }
  if (has('no-newline')) {
    return { action: copy, lost: 'text without Enter is copied on a click instead of typed' };
  }
  const number = numberAfter('HOST', rest);
  const host = hosts[(number ?? 1) - 1];
  if (host === undefined) {
    return {
      action: copy,
      lost: `there is no machine ${number}; code for HOST${number} is copied on a click`,
    };
  }
  // A single machine needs no name.
  const machine = number !== undefined && hosts.length > 1 ? host : undefined;
  const terminal = numberAfter('T', rest);
  return { action: { kind: 'exec', terminal, machine, interrupt: has('interrupt') }, lost: undefined };
}

/** Formats the action in the words of Berth's pages. */
export function writeAction({ kind, terminal, machine, interrupt }: Action): string {
  return [
    kind,
    ...(terminal === undefined ? [] : [`terminal=${terminal}`]),
    ...(machine === undefined ? [] : [`machine=${machine}`]),
    ...(interrupt ? ['interrupt'] : []),
  ].join(' ');
}

const copy: Action = { kind: 'copy', terminal: undefined, machine: undefined, interrupt: false };

function numberAfter(letters: string, words: readonly string[]): number | undefined {
  for (const word of words) {
    const [, number] = new RegExp(`^${letters}(\\d{1,2})$`, 'i').exec(word) ?? [];
    if (number !== undefined && Number(number) > 0) return Number(number);
  }
  return undefined;
}
