import type { WriteMode } from '../files/text-file.ts';

/** What a click on code in a lab's text does. docs/lab-authoring.md documents the syntax. */
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

/** Highest terminal number that a lab can name. More tabs would be hard to find. */
const MAX_TERMINAL = 9;

const ACTIONS = new Set(['exec', 'copy', 'interrupt']);

/** Parses the info string of a code block into its language and its action. The default action is to copy. */
export function readFence(info: string): { language: string | undefined; action: CodeAction } {
  const words = parseWords(info);
  const [first] = words.keys();
  const language = first !== undefined && words.get(first) === '' && !ACTIONS.has(first) ? first : undefined;
  return { language, action: actionOf(words) ?? { kind: 'copy' } };
}

/** Parses the braces after inline code. Returns undefined if they do not contain an action. */
export function readBraces(text: string): CodeAction | undefined {
  const words = parseWords(text);
  return words.has('exec') || words.has('copy') ? actionOf(words) : undefined;
}

function actionOf(words: Map<string, string>): CodeAction | undefined {
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
  // An insert without a marker appends, because replacing would lose content.
  return mode === 'append' || mode === 'insert' ? { mode: 'append' } : { mode: 'replace' };
}

function terminalOf(words: Map<string, string>): number | undefined {
  const number = Number(words.get('terminal'));
  return Number.isInteger(number) && number >= 1 && number <= MAX_TERMINAL ? number : undefined;
}

/** Parses `name` and `name=value`; a value with spaces is quoted. A name without a value maps to ''. */
function parseWords(text: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const [, name = '', quoted, single, bare] of text.matchAll(
    /([^\s=]+)(?:=(?:"([^"]*)"|'([^']*)'|(\S*)))?/g,
  )) {
    words.set(name, quoted ?? single ?? bare ?? '');
  }
  return words;
}
