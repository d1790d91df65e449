/** What a click on code does. */
export interface Action {
  kind: 'exec' | 'copy';
  /** Terminal, from 1; undefined for the one that is in front. */
  terminal: number | undefined;
  /** Name of the machine; undefined for the one that is in front. */
  machine: string | undefined;
  interrupt: boolean;
}

/** An action, or code that opens a file, or none; with what of the words is not kept. */
export type Meaning = { action: Action | 'open' | undefined; lost: string | undefined };

/**
 * What the words in `{{…}}` after code mean in a lab with these machines; undefined where they are none of
 * Katacoda's and Killercoda's.
 */
export function meaningOf(words: string, hosts: readonly string[]): Meaning | undefined {
  const [verb = '', ...rest] = words.trim().split(/\s+/);
  if (verb === '') return { action: undefined, lost: undefined };
  if (/^copy$/i.test(verb)) return { action: copy, lost: undefined };
  if (/^open$/i.test(verb)) return { action: 'open', lost: undefined };
  // Also with a letter that another keyboard has in its place.
  if (!/^.{0,2}(xec|xecute)$/iu.test(verb)) return undefined;

  const has = (word: string) => rest.some((one) => one.toLowerCase() === word);
  if (has('ctrl-seq')) {
    return { action: undefined, lost: 'a click does not send keys: learners press them themselves' };
  }
  if (has('no-newline')) {
    return { action: copy, lost: 'text that is typed without Enter is copied on a click' };
  }
  const number = numberAfter('HOST', rest);
  const host = hosts[(number ?? 1) - 1];
  if (host === undefined) {
    return { action: copy, lost: `there is no machine ${number}: what is for HOST${number} is copied` };
  }
  // The only machine is always in front.
  const machine = number !== undefined && hosts.length > 1 ? host : undefined;
  const terminal = numberAfter('T', rest);
  return { action: { kind: 'exec', terminal, machine, interrupt: has('interrupt') }, lost: undefined };
}

/** The action in the words that Berth's pages have for it. */
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
