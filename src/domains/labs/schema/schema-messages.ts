import type { z } from 'zod';
import { nearest } from '../reading/nearest.ts';
import { isMapping } from '../reading/lab-yaml.ts';

/** A problem of lab.yaml with the path of its key. */
export interface KeyProblem extends IssuePlace {
  path: PropertyKey[];
  message: string;
}

/** The location of a problem in a file other than lab.yaml. */
export interface IssuePlace {
  /** Path relative to the lab's folder. */
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

/** Converts a schema issue to problems in the terms of lab.yaml: one for each key or value. */
export function explainIssue(issue: z.core.$ZodIssue, data: unknown): KeyProblem[] {
  const value = valueAt(data, issue.path);
  if (issue.code === 'unrecognized_keys') {
    // Its message is the list of known keys, see `mapping` in values.ts.
    const known = issue.message.split(' ');
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: `unknown key${suggestion(key, known)}`,
    }));
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? 'is not a valid name here';
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
  // A message from the schema itself takes precedence.
  if (issue.message.startsWith('must ')) return issue.message;
  if (issue.code === 'invalid_type') {
    const wanted = `must be ${kinds[issue.expected] ?? issue.expected}`;
    const quotes = issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
    return quotes ? `${wanted}: put it in quotes` : wanted;
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const wanted = `must be ${values.map((one) => `"${one}"`).join(' or ')}`;
    const meant = typeof value === 'string' ? nearest(value, values) : undefined;
    return meant === undefined ? wanted : `${wanted}; did you mean "${meant}"?`;
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
  return known.length > 0 ? `: use ${known.join(', ')}` : '';
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  let value = data;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return value;
}

type Union = z.core.$ZodIssueInvalidUnion;
type Issue = z.core.$ZodIssue;

/**
 * Chooses the branch of a union that the author probably meant, and returns its issues. That is the branch of the
 * right type that accepts the keys and misses none, or the only one of the right type. Undefined if several
 * are possible; the union's own message applies then.
 */
function branchOf(issue: Union, value: unknown): Issue[] | undefined {
  const alike = issue.errors.filter((branch) => !branch.some((inner) => isOfOtherType(inner, value)));
  const meant = alike.filter((branch) => !refusesAllKeys(branch, value));
  const whole = meant.find((branch) => !branch.some((inner) => lacksKey(inner, value)));
  return whole ?? only(meant) ?? only(alike);
}

function only(branches: Issue[][]): Issue[] | undefined {
  return branches.length === 1 ? branches[0] : undefined;
}

function isOfOtherType(issue: Issue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union') {
    return issue.errors.every((branch) => branch.some((inner) => isOfOtherType(inner, value)));
  }
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

function refusesAllKeys(branch: Issue[], value: unknown): boolean {
  if (!isMapping(value)) return false;
  const refused = new Set(branch.flatMap((issue) => refusedKeys(issue, value)));
  return refused.size > 0 && Object.keys(value).every((key) => refused.has(key));
}

function refusedKeys(issue: Issue, value: unknown): PropertyKey[] {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) return issue.keys;
  if (issue.code === 'invalid_key') return issue.path.slice(0, 1);
  if (issue.code !== 'invalid_union' || issue.path.length > 0) return [];
  return branchOf(issue, value)?.flatMap((inner) => refusedKeys(inner, value)) ?? [];
}

function lacksKey(issue: Issue, value: unknown): boolean {
  if (issue.code === 'invalid_union' && issue.path.length === 0) return branchOf(issue, value) === undefined;
  const [key, ...more] = issue.path;
  if (key === undefined || more.length > 0) return false;
  return (value as Record<PropertyKey, unknown>)[key] === undefined;
}
