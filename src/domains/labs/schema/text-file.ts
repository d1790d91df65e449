import { nearest } from '../reading/nearest.ts';
import type { WordProblem } from './word-problems.ts';
import type { LabContext } from './lab-context.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/** Maximum number of files that are compared with a missing name: more would take too long. */
const MOST_COMPARED = 200;

/** A text with its problems and their file, if it comes from one; or the reason why the text cannot be read. */
export type Reading =
  | { text: string; wrong?: readonly (WordProblem & { file: string | undefined })[] }
  | { problem: string };

type Files = Pick<LabContext, 'files' | 'refused'>;

/** Normalizes a path to the keys of `files`: without a leading "./" and a trailing "/". */
export function plainPath(given: string): string {
  const path = given.replace(/^(\.\/)+/, '');
  // In linear time, which a pattern for the end does not take.
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}

/** Explains why `given` is not a path in the lab's folder; `example` is for the message. */
export function pathProblem(given: string, example: string): string | undefined {
  const path = plainPath(given);
  if (path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..')) {
    return undefined;
  }
  return `"${given}" is outside the lab's folder: use a path inside it, such as "${example}"`;
}

/** Explains why a file is missing, and suggests a similar name. */
export function missingFile({ files, refused }: Files, given: string): string {
  const refusal = refused.get(plainPath(given));
  if (refusal !== undefined) return `the file "${given}" ${refusal}`;
  const meant = files.size <= MOST_COMPARED ? nearest(plainPath(given), [...files.keys()]) : undefined;
  return `the file "${given}" is missing${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

/** Reads a text file of the lab's folder. */
export function readTextFile(source: Files, given: string): Reading {
  const problem = pathProblem(given, 'steps/01.md');
  if (problem !== undefined) return { problem };
  const content = source.files.get(plainPath(given));
  if (!content) return { problem: missingFile(source, given) };
  try {
    const text = decoder.decode(content);
    if (text.includes('\0')) return { problem: `the file "${given}" is not a text` };
    if (text.trim() === '') return { problem: `the file "${given}" is empty` };
    // A script with Windows line ends does not run.
    return { text: text.replaceAll('\r\n', '\n') };
  } catch {
    return { problem: `the file "${given}" is not UTF-8 text` };
  }
}
