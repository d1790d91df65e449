import type { z } from 'zod';
import { nearest } from '../nearest.ts';
import { branchOf } from './union-branch.ts';

/** One problem of lab.yaml: the path of the key, and what is wrong there. */
export interface KeyProblem extends IssuePlace {
  path: PropertyKey[];
  message: string;
}

/** Where a problem is that is not in lab.yaml itself. */
export interface IssuePlace {
  /** From the lab's folder. */
  file?: string;
  line?: number;
}

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of names to values',
};

const sizes: Record<string, string> = { string: ' characters', array: ' entries' };

/** What a schema's issue means, in words of lab.yaml: one problem, or one for each key or value in question. */
export function explainIssue(issue: z.core.$ZodIssue, data: unknown): KeyProblem[] {
  const value = valueAt(data, issue.path);
  if (issue.code === 'unrecognized_keys') {
    // Its message is the list of keys that there are: see mapping.ts.
    const known = issue.message.split(' ');
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `there is no such key${suggestion(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? 'is not a name that is allowed here';
    return [{ path: issue.path, message }];
  }
  const branch = issue.code === 'invalid_union' && value !== undefined ? branchOf(issue, value) : undefined;
  if (branch) {
    return branch.flatMap((inner) => explainIssue({ ...inner, path: [...issue.path, ...inner.path] }, data));
  }
  const place: IssuePlace = issue.code === 'custom' ? (issue.params ?? {}) : {};
  return [{ path: issue.path, message: message(issue, value), ...place }];
}

function message(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_union')) {
    return 'is missing';
  }
  // A schema's own words come first.
  if (issue.message.startsWith('must ')) return issue.message;
  if (issue.code === 'invalid_type') {
    const wanted = `must be ${kinds[issue.expected] ?? issue.expected}`;
    const quotes = issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
    return quotes ? `${wanted}: write it in quotes` : wanted;
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const wanted = `must be ${values.map((one) => `"${one}"`).join(' or ')}`;
    return wanted + (typeof value === 'string' ? suggestion(value, values) : '');
  }
  if (issue.code === 'too_small') {
    return `must ${size(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
  }
  if (issue.code === 'too_big') {
    return `must ${size(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`;
  }
  return issue.message;
}

function size(origin: string, relation: string, limit: number | bigint): string {
  const unit = sizes[origin];
  return unit === undefined ? `be ${relation} ${limit}` : `have ${relation} ${limit}${unit}`;
}

function suggestion(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  if (meant !== undefined) return `; did you mean "${meant}"?`;
  return known.length > 0 ? `: there are ${known.join(', ')}` : '';
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return value;
}
