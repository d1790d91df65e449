import type { TextRule } from '../labs/lab-check.ts';
import { patternFound } from '../labs/pattern.ts';
import { withoutLastLineEnds } from '../../core/plain-text.ts';

/** Returns whether a text matches all parts of the rule. */
export function fitsRule(text: string, { contains, matches, equals }: TextRule): boolean {
  if (!contains.every((part) => text.includes(part))) return false;
  if (matches !== undefined && !patternFound(matches, text)) return false;
  return equals === undefined || withoutLastLineEnds(text) === withoutLastLineEnds(equals);
}

/** Returns whether the rule has any part. */
export function isRule({ contains, matches, equals }: TextRule): boolean {
  return contains.length > 0 || matches !== undefined || equals !== undefined;
}
