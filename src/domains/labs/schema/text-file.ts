import { nearest } from '../reading/nearest.ts';
import type { WordProblem } from './code-words.ts';
import type { WrittenLab } from './written-lab.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** More files than these are not compared with a name that is not there: it would take too long. */
const MOST_COMPARED = 200;

/** A text with what is wrong in it, by file where it is in one of its own; or why there is none. */
export type Reading =
  | { text: string; wrong?: readonly (WordProblem & { file: string | undefined })[] }
  | { problem: string };

type Files = Pick<WrittenLab, 'files' | 'refused'>;

/** The path as the folder's files are known by: without "./" before it and "/" after it. */
export function plainPath(given: string): string {
  return given.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
}

/** Why `given` is no path within the lab's folder; `example` is one. */
export function pathProblem(given: string, example: string): string | undefined {
  const path = plainPath(given);
  if (path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..')) {
    return undefined;
  }
  return `"${given}" leads out of the lab's folder: give a path within it, such as "${example}"`;
}

/** Why there is no such file, with the name that was probably meant. */
export function missingFile({ files, refused }: Files, given: string): string {
  const refusal = refused.get(plainPath(given));
  if (refusal !== undefined) return `the file "${given}" ${refusal}`;
  const meant = files.size <= MOST_COMPARED ? nearest(plainPath(given), [...files.keys()]) : undefined;
  return `the file "${given}" is not there${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

/** The text of a file of the lab's folder. */
export function readTextFile(source: Files, given: string): Reading {
  const problem = pathProblem(given, 'steps/01.md');
  if (problem !== undefined) return { problem };
  const content = source.files.get(plainPath(given));
  if (!content) return { problem: missingFile(source, given) };
  try {
    const text = decoder.decode(content);
    if (text.includes('\0')) return { problem: `the file "${given}" is not a text` };
    if (text.trim() === '') return { problem: `the file "${given}" is empty` };
    // A script with the line ends of Windows does not run.
    return { text: text.replaceAll('\r\n', '\n') };
  } catch {
    return { problem: `the file "${given}" is not UTF-8 text` };
  }
}
