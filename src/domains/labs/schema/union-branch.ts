import type { z } from 'zod';
import { isMapping } from '../written.ts';

type Union = z.core.$ZodIssueInvalidUnion;
type Issue = z.core.$ZodIssue;

/**
 * What is wrong with a value that may be one of several things, as that which it was meant to be: of
 * the right basic type, with keys that it may have and every key that it needs; failing that, the only
 * one of the right type. Undefined where that cannot be told; then the union's own message is.
 */
export function branchOf(issue: Union, value: unknown): Issue[] | undefined {
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
