import { CHECK_KINDS } from '../schema/check-schema.ts';
import type { KeyProblem } from '../schema/schema-messages.ts';
import { isMapping } from '../written.ts';
import type { Written } from '../written.ts';
import { quizConflicts } from './quiz-conflicts.ts';

/** Keys of a file check that ask for what a file that is not there cannot have. */
const OF_A_FILE = ['kind', 'contains', 'matches', 'equals', 'mode', 'owner'];

/** Whether somebody in the machine runs the check. */
export function isRunInMachine(check: Written): boolean {
  return check.quiz === undefined && check.http === undefined && !isTrusted(check);
}

/** Keys of one check that do not go together. */
export function checkConflicts({ entry, path }: { entry: Written; path: PropertyKey[] }): KeyProblem[] {
  const problems: KeyProblem[] = [];
  const kinds = CHECK_KINDS.filter((kind) => entry[kind] !== undefined);
  for (const kind of kinds.slice(1)) {
    const message = `must be left out: the check has "${kinds[0]}", and a check is of one kind`;
    problems.push({ path: [...path, kind], message });
  }
  if (isTrusted(entry) && entry.user !== undefined) {
    const message = 'must be left out: a trusted check runs in a container of its own';
    problems.push({ path: [...path, 'user'], message });
  }
  if (isMapping(entry.file)) problems.push(...fileConflicts(entry.file, [...path, 'file']));
  if (isMapping(entry.quiz)) problems.push(...quizConflicts(entry.quiz, [...path, 'quiz']));
  return problems;
}

function isTrusted({ trusted }: Written): boolean {
  return trusted !== undefined && trusted !== false;
}

function fileConflicts(file: Written, path: PropertyKey[]): KeyProblem[] {
  const idle = (keys: string[], why: string) =>
    keys
      .filter((key) => file[key] !== undefined)
      .map((key) => ({ path: [...path, key], message: `must be left out: ${why}` }));
  if (file.exists === false) return idle(OF_A_FILE, 'with "exists: false" there is nothing to look at');
  if (file.kind !== 'folder') return [];
  return idle(['contains', 'matches', 'equals'], 'a folder has no text');
}
