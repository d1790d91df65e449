import { nearest } from '../reading/nearest.ts';
import { linesOf } from './code-blocks.ts';

/** A problem with a word after code. */
export interface WordProblem {
  /** Line in the page, from 1. */
  line: number;
  message: string;
}

/** Words that define what a click on code does, documented in docs/lab-authoring.md. */
const ACTIONS = ['exec', 'copy', 'interrupt'];
const VALUES = ['terminal', 'machine', 'file', 'mode', 'marker'];
const MODES = ['replace', 'append', 'insert'];

/** The word that each word requires. */
const NEEDS: Readonly<Record<string, string>> = {
  interrupt: 'exec',
  terminal: 'exec',
  mode: 'file',
  marker: 'file',
};

/** Inline code followed by braces. The pattern cannot cross brackets, so matching takes linear time. */
const BRACES = /`\{\{([^{}`]{1,200})\}\}/g;

/** Finds unknown words and invalid combinations of words after fences and inline code of a page. */
export function wordProblems(page: string, machines: readonly string[]): WordProblem[] {
  const problems: WordProblem[] = [];
  for (const line of linesOf(page)) {
    const report = (messages: string[]) =>
      problems.push(...messages.map((message) => ({ line: line.number, message })));
    if (line.kind === 'opening') report(problemsOf(afterLanguage(line.info), machines));
    if (line.kind !== 'text') continue;
    for (const [, braces = ''] of line.text.matchAll(BRACES)) {
      const words = wordsOf(braces);
      // Other braces belong to the author's text.
      if (isMeant(words[0]?.name ?? '')) report(problemsOf(words, machines));
    }
  }
  return problems;
}

interface Word {
  name: string;
  /** The part after `=`; undefined without `=`. */
  value: string | undefined;
}

/** Returns the words of an info string after the optional language. */
function afterLanguage(info: string): Word[] {
  const words = wordsOf(info);
  const [first] = words;
  return first?.value === undefined && !isMeant(first?.name ?? '') ? words.slice(1) : words;
}

/** Whether the word is an action, or one typo away from it. A larger distance would match short language names. */
function isMeant(name: string): boolean {
  return ACTIONS.includes(name) || nearest(name, ACTIONS, 1) !== undefined;
}

function problemsOf(words: readonly Word[], machines: readonly string[]): string[] {
  const names = new Set(words.map(({ name }) => name));
  return words.flatMap(({ name, value }) => {
    if (!ACTIONS.includes(name) && !VALUES.includes(name)) return [unknown(name)];
    const needed = NEEDS[name];
    if (needed !== undefined && !names.has(needed)) return [`"${name}" does nothing without "${needed}"`];
    return valueProblem(name, value ?? '', { names, machines }) ?? [];
  });
}

function unknown(name: string): string {
  const known = [...ACTIONS, ...VALUES.map((each) => `${each}=…`)];
  const meant = nearest(name, [...ACTIONS, ...VALUES]);
  const ways = meant === undefined ? `: use ${known.join(', ')}` : `; did you mean "${meant}"?`;
  return `"${name}" is not an action for code${ways}`;
}

function valueProblem(
  name: string,
  value: string,
  { names, machines }: { names: ReadonlySet<string>; machines: readonly string[] },
): string | undefined {
  if (name === 'terminal' && !/^[1-9]$/.test(value)) return '"terminal" must be a number from 1 to 9';
  if (name === 'file' && !value.startsWith('/')) return '"file" must be a path that starts with "/"';
  if (name === 'machine' && machines.length > 0 && !machines.includes(value)) {
    const meant = nearest(value, machines);
    return `there is no machine "${value}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  }
  if (name !== 'mode') return undefined;
  if (!MODES.includes(value)) return `"mode" must be ${MODES.join(' or ')}`;
  return value === 'insert' && !names.has('marker') ? '"mode=insert" needs a "marker"' : undefined;
}

/** Parses words as the web app does: single or double quotes keep spaces together. */
function wordsOf(text: string): Word[] {
  const found = text.matchAll(/([^\s=]+)(?:=(?:"([^"]*)"|'([^']*)'|(\S*)))?/g);
  return [...found].map(([, name = '', quoted, single, bare]) => ({ name, value: quoted ?? single ?? bare }));
}
