import { nearest } from '../reading/nearest.ts';
import { linesOf } from './code-blocks.ts';

/** A word of a page that does nothing, and what would be right. */
export interface WordProblem {
  /** Line in the page, from 1. */
  line: number;
  message: string;
}

/** Words that say what a click on code does, for lab.yaml's pages: docs/lab-authoring.md has what each means. */
const DEEDS = ['exec', 'copy', 'interrupt'];
const VALUES = ['terminal', 'machine', 'file', 'mode', 'marker'];
const MODES = ['replace', 'append', 'insert'];

/** What one has beside it that it means nothing without. */
const NEEDS: Readonly<Record<string, string>> = {
  interrupt: 'exec',
  terminal: 'exec',
  mode: 'file',
  marker: 'file',
};

/** Code in a line with braces after it. Neither goes beyond its end, so that no text takes long. */
const BRACES = /`\{\{([^{}`]{1,200})\}\}/g;

/** The words after fences and code of a page that are none, or that mean nothing as they stand. */
export function wordProblems(page: string, machines: readonly string[]): WordProblem[] {
  const problems: WordProblem[] = [];
  for (const line of linesOf(page)) {
    const told = (messages: string[]) =>
      problems.push(...messages.map((message) => ({ line: line.number, message })));
    if (line.kind === 'opening') told(problemsOf(afterLanguage(line.info), machines));
    if (line.kind !== 'text') continue;
    for (const [, braces = ''] of line.text.matchAll(BRACES)) {
      const words = wordsOf(braces);
      // Other braces are the author's own.
      if (isMeant(words[0]?.name ?? '')) told(problemsOf(words, machines));
    }
  }
  return problems;
}

interface Word {
  name: string;
  /** Undefined for a word without one. */
  value: string | undefined;
}

/** The words behind the name of the block's language, which may be left out. */
function afterLanguage(info: string): Word[] {
  const words = wordsOf(info);
  const [first] = words;
  return first?.value === undefined && !isMeant(first?.name ?? '') ? words.slice(1) : words;
}

/** Whether the word is one of those for a click, or but a slip away from it: short names of languages are near to many. */
function isMeant(name: string): boolean {
  return DEEDS.includes(name) || nearest(name, DEEDS, 1) !== undefined;
}

function problemsOf(words: readonly Word[], machines: readonly string[]): string[] {
  const names = new Set(words.map(({ name }) => name));
  return words.flatMap(({ name, value }) => {
    if (!DEEDS.includes(name) && !VALUES.includes(name)) return [unknown(name)];
    const needed = NEEDS[name];
    if (needed !== undefined && !names.has(needed)) return [`"${name}" does nothing without "${needed}"`];
    return valueProblem(name, value ?? '', { names, machines }) ?? [];
  });
}

function unknown(name: string): string {
  const known = [...DEEDS, ...VALUES.map((each) => `${each}=…`)];
  const meant = nearest(name, [...DEEDS, ...VALUES]);
  const ways = meant === undefined ? `: there are ${known.join(', ')}` : `; did you mean "${meant}"?`;
  return `"${name}" says nothing of what a click on the code does${ways}`;
}

function valueProblem(
  name: string,
  value: string,
  { names, machines }: { names: ReadonlySet<string>; machines: readonly string[] },
): string | undefined {
  if (name === 'terminal' && !/^[1-9]$/.test(value)) return '"terminal" must be a number from 1 to 9';
  if (name === 'file' && !value.startsWith('/')) return '"file" must be a path that begins with "/"';
  if (name === 'machine' && machines.length > 0 && !machines.includes(value)) {
    const meant = nearest(value, machines);
    return `there is no machine "${value}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  }
  if (name !== 'mode') return undefined;
  if (!MODES.includes(value)) return `"mode" must be ${MODES.join(' or ')}`;
  return value === 'insert' && !names.has('marker') ? '"mode=insert" needs a "marker"' : undefined;
}

/** As the lab's page reads them: quotes, of either kind, hold spaces together. */
function wordsOf(text: string): Word[] {
  const found = text.matchAll(/([^\s=]+)(?:=(?:"([^"]*)"|'([^']*)'|(\S*)))?/g);
  return [...found].map(([, name = '', quoted, single, bare]) => ({ name, value: quoted ?? single ?? bare }));
}
