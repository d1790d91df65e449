/** What a click on code in a lab's page does. docs/lab-authoring.md documents the syntax. */
export type CodeAction =
  | { kind: 'copy' }
  | {
      kind: 'run';
      /** Number of the terminal; if undefined, the one that is shown. */
      terminal: number | undefined;
      /** Name of the machine; if undefined, the one that is shown. */
      machine: string | undefined;
      /** Whether to interrupt the running program first. */
      interrupt: boolean;
    }
  | {
      kind: 'write';
      path: string;
      /** Name of the machine; if undefined, the first one. */
      machine: string | undefined;
      how: WriteMode;
    };

/** How a text is written to a file: as its content, at its end, or instead of a marker. */
export type WriteMode = { mode: 'replace' } | { mode: 'append' } | { mode: 'insert'; marker: string };

/** Words without a value. */
export const ACTION_WORDS: readonly string[] = ['exec', 'copy', 'interrupt'];

/** Words with a value. */
export const VALUE_WORDS: readonly string[] = ['terminal', 'machine', 'file', 'mode', 'marker'];

/** Words with a meaning only after a fence: a block can be written to a file, inline code cannot. */
export const BLOCK_WORDS: readonly string[] = ['file', 'mode', 'marker'];

export const WRITE_MODES: readonly string[] = ['replace', 'append', 'insert'];

/** Valid terminals. More tabs would be hard to find. */
const TERMINAL = /^[1-9]$/;

/** `name` or `name=value`; quotes of either kind keep spaces together. */
export interface CodeWord {
  name: string;
  /** The part after `=`; undefined without `=`. */
  value: string | undefined;
}

/** The words after a fence. */
export interface FenceWords {
  /** The first word, unless it is an action or has a value. */
  language: string | undefined;
  /** The words after the language. */
  words: readonly CodeWord[];
  /** The default is to copy. */
  action: CodeAction;
}

/** The words in braces after inline code. */
export interface BraceWords {
  words: readonly CodeWord[];
  /** Undefined if the braces have no action. Such braces are part of the text. */
  action: CodeAction | undefined;
}

/** Parses the info string of a code block. */
export function readFence(info: string): FenceWords {
  const all = wordsOf(info);
  const [first] = all;
  const isLanguage = first?.value === undefined && !ACTION_WORDS.includes(first?.name ?? '');
  const words = isLanguage ? all.slice(1) : all;
  const action = writeOf(words) ?? runOf(words) ?? { kind: 'copy' };
  return { language: isLanguage ? first?.name : undefined, words, action };
}

/** Parses the text between the braces after inline code. */
export function readBraces(text: string): BraceWords {
  const words = wordsOf(text);
  const copy: CodeAction | undefined = has(words, 'copy') ? { kind: 'copy' } : undefined;
  return { words, action: runOf(words) ?? copy };
}

/** Whether the value of `terminal` is valid. */
export function isTerminal(value: string): boolean {
  return TERMINAL.test(value);
}

/** Whether the value of `file` is valid: an absolute path. */
export function isFilePath(value: string): boolean {
  return value.startsWith('/');
}

function writeOf(words: readonly CodeWord[]): CodeAction | undefined {
  const path = valueOf(words, 'file');
  if (path === undefined || !isFilePath(path)) return undefined;
  return { kind: 'write', path, machine: valueOf(words, 'machine'), how: modeOf(words) };
}

function runOf(words: readonly CodeWord[]): CodeAction | undefined {
  if (!has(words, 'exec')) return undefined;
  const terminal = valueOf(words, 'terminal') ?? '';
  return {
    kind: 'run',
    terminal: isTerminal(terminal) ? Number(terminal) : undefined,
    machine: valueOf(words, 'machine'),
    interrupt: has(words, 'interrupt'),
  };
}

function modeOf(words: readonly CodeWord[]): WriteMode {
  const mode = valueOf(words, 'mode');
  const marker = valueOf(words, 'marker') ?? '';
  if (mode === 'insert' && marker !== '') return { mode, marker };
  // An insert without a marker appends, because replacing would lose content.
  return mode === 'append' || mode === 'insert' ? { mode: 'append' } : { mode: 'replace' };
}

function has(words: readonly CodeWord[], name: string): boolean {
  return words.some((word) => word.name === name);
}

/** Returns the last value of a word; undefined if the word is missing or has no value. */
function valueOf(words: readonly CodeWord[], name: string): string | undefined {
  return words.findLast((word) => word.name === name)?.value;
}

function wordsOf(text: string): CodeWord[] {
  const found = text.matchAll(/([^\s=]+)(?:=(?:"([^"]*)"|'([^']*)'|(\S*)))?/g);
  return [...found].map(([, name = '', quoted, single, bare]) => ({ name, value: quoted ?? single ?? bare }));
}
