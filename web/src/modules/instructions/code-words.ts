import type { WriteMode } from '../files/text-file.ts';

/** What can be done with a piece of code of a lab's text by a click. docs/lab-authoring.md tells authors. */
export type CodeDeed =
  | { kind: 'copy' }
  | {
      kind: 'run';
      /** Number of the terminal; the one that is shown where it is left out. */
      terminal: number | undefined;
      /** Name of the machine; the one that is shown where it is left out. */
      machine: string | undefined;
      /** Whether what runs there is interrupted first. */
      interrupt: boolean;
    }
  | {
      kind: 'write';
      path: string;
      /** Name of the machine; the first one where it is left out. */
      machine: string | undefined;
      how: WriteMode;
    };

/** Beyond this number nobody finds their terminal again. */
const MOST_TERMINALS = 9;

const DEEDS = new Set(['exec', 'copy', 'interrupt']);

/** What the words after the fence of a block say: its language, and what a click does, which is to copy unless said otherwise. */
export function readFence(info: string): { language: string | undefined; deed: CodeDeed } {
  const words = wordsOf(info);
  const [first] = words.keys();
  const language = first !== undefined && words.get(first) === '' && !DEEDS.has(first) ? first : undefined;
  return { language, deed: deedOf(words) ?? { kind: 'copy' } };
}

/** What a click on code in a line does, by the words in the braces after it; undefined when they are no such words. */
export function readBraces(text: string): CodeDeed | undefined {
  const words = wordsOf(text);
  return words.has('exec') || words.has('copy') ? deedOf(words) : undefined;
}

function deedOf(words: Map<string, string>): CodeDeed | undefined {
  const machine = words.get('machine');
  const path = words.get('file');
  if (path?.startsWith('/')) return { kind: 'write', path, machine, how: modeOf(words) };
  if (words.has('exec')) {
    return { kind: 'run', terminal: terminalOf(words), machine, interrupt: words.has('interrupt') };
  }
  return words.has('copy') ? { kind: 'copy' } : undefined;
}

function modeOf(words: Map<string, string>): WriteMode {
  const mode = words.get('mode');
  const marker = words.get('marker');
  if (mode === 'insert' && marker) return { mode, marker };
  // Without a place to go to, it goes to the end: nothing that is there is lost.
  return mode === 'append' || mode === 'insert' ? { mode: 'append' } : { mode: 'replace' };
}

function terminalOf(words: Map<string, string>): number | undefined {
  const number = Number(words.get('terminal'));
  return Number.isInteger(number) && number >= 1 && number <= MOST_TERMINALS ? number : undefined;
}

/** Values by their names; '' for words without a value. Quotes, of either kind, hold spaces together. */
function wordsOf(text: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const [, name = '', quoted, single, bare] of text.matchAll(
    /([^\s=]+)(?:=(?:"([^"]*)"|'([^']*)'|(\S*)))?/g,
  )) {
    words.set(name, quoted ?? single ?? bare ?? '');
  }
  return words;
}
