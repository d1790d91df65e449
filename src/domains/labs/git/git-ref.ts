import { fault } from '../../../core/errors.ts';

/**
 * Whether `ref` may be handed to git as the name of a branch, a tag or a commit: neither an option,
 * nor two refs with a colon, nor an expression. Stricter than git-check-ref-format(1).
 */
const refRule = /^(?!.*(\.\.|\/\/|@\{|\.lock(\/|$)|[/.]$))[A-Za-z0-9_][\w./+@#-]{0,254}$/;

/** A whole commit id, SHA-1 or SHA-256. */
export const commitRule = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** @throws INPUT_INVALID for what is no name of a branch, a tag or a commit */
export function checkGitRef(ref: string): void {
  if (refRule.test(ref)) return;
  throw fault('INPUT_INVALID', {
    problem: `"${ref.slice(0, 100)}" is no name of a branch or a tag, and no whole commit id.`,
  });
}
