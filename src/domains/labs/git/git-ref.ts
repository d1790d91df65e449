import { fault } from '../../../core/errors.ts';

/**
 * Names of branches, tags and commits that are safe as an argument of git: no option, no refspec with a colon, no
 * revision expression. Stricter than git-check-ref-format(1).
 */
const refRule = /^(?!.*(\.\.|\/\/|@\{|\.lock(\/|$)|[/.]$))[A-Za-z0-9_][\w./+@#-]{0,254}$/;

/** A full commit id, SHA-1 or SHA-256. */
export const commitRule = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Validates the name of a branch, tag or commit. @throws INPUT_INVALID */
export function checkGitRef(ref: string): void {
  if (refRule.test(ref)) return;
  throw fault('INPUT_INVALID', {
    problem: `"${ref.slice(0, 100)}" is not a valid name of a branch or tag, nor a full commit id.`,
  });
}
