import {
  ACTION_WORDS,
  BLOCK_WORDS,
  isFilePath,
  isTerminal,
  VALUE_WORDS,
  WRITE_MODES,
} from 'berth-lab-format/code-words';
import type { BraceWords, CodeWord, FenceWords } from 'berth-lab-format/code-words';
import type { PageCode } from 'berth-lab-format/pages';
import { nearest } from '../reading/nearest.ts';

/** A problem with a word after code. */
export interface WordProblem {
  /** Line in the page, from 1. */
  line: number;
  message: string;
}

/** The word that each word requires. */
const NEEDS: Readonly<Record<string, string>> = {
  interrupt: 'exec',
  terminal: 'exec',
  mode: 'file',
  marker: 'file',
};

/** Finds unknown words and invalid combinations of words after fences and inline code of a page. */
export function wordProblems(code: readonly PageCode[], machines: readonly string[]): WordProblem[] {
  return code.flatMap((each) => {
    const messages =
      each.kind === 'block' ? fenceProblems(each.info, machines) : braceProblems(each.braces, machines);
    return messages.map((message) => ({ line: each.line, message }));
  });
}

function fenceProblems({ language, words }: FenceWords, machines: readonly string[]): string[] {
  const misspelt = language !== undefined && isMeant(language) ? [unknown(language)] : [];
  return [...misspelt, ...problemsOf(words, machines)];
}

function braceProblems({ words, action }: BraceWords, machines: readonly string[]): string[] {
  // Other braces belong to the author's text.
  if (!action && !isMeant(words[0]?.name ?? '')) return [];
  const onlyBlocks = words.find(({ name }) => BLOCK_WORDS.includes(name));
  if (onlyBlocks) return [`"${onlyBlocks.name}" works only after the fence of a code block`];
  return problemsOf(words, machines);
}

/** Whether the word is an action, or one typo away from it. A larger distance would match short language names. */
function isMeant(name: string): boolean {
  return ACTION_WORDS.includes(name) || nearest(name, ACTION_WORDS, 1) !== undefined;
}

function problemsOf(words: readonly CodeWord[], machines: readonly string[]): string[] {
  const names = new Set(words.map(({ name }) => name));
  return words.flatMap(({ name, value }) => {
    if (!ACTION_WORDS.includes(name) && !VALUE_WORDS.includes(name)) return [unknown(name)];
    const needed = NEEDS[name];
    if (needed !== undefined && !names.has(needed)) return [`"${name}" does nothing without "${needed}"`];
    return valueProblem(name, value ?? '', { names, machines }) ?? [];
  });
}

function unknown(name: string): string {
  const known = [...ACTION_WORDS, ...VALUE_WORDS.map((each) => `${each}=…`)];
  const meant = nearest(name, [...ACTION_WORDS, ...VALUE_WORDS]);
  const ways = meant === undefined ? `: use ${known.join(', ')}` : `; did you mean "${meant}"?`;
  return `"${name}" is not an action for code${ways}`;
}

function valueProblem(
  name: string,
  value: string,
  { names, machines }: { names: ReadonlySet<string>; machines: readonly string[] },
): string | undefined {
  if (name === 'terminal' && !isTerminal(value)) return '"terminal" must be a number from 1 to 9';
  if (name === 'file' && !isFilePath(value)) return '"file" must be a path that starts with "/"';
  if (name === 'machine' && machines.length > 0 && !machines.includes(value)) {
    const meant = nearest(value, machines);
    return `there is no machine "${value}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  }
  if (name !== 'mode') return undefined;
  if (!WRITE_MODES.includes(value)) return `"mode" must be ${WRITE_MODES.join(' or ')}`;
  return value === 'insert' && !names.has('marker') ? '"mode=insert" needs a "marker"' : undefined;
}
