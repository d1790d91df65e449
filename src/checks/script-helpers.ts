import { posix } from 'node:path';

/** Interpreters that know the language of the helpers. */
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh']);

/** `fail` tells the learner what is missing and ends the check; `score` gives it part of the score. In one line. */
const HELPERS = `fail() { printf '%s\\n' "$*"; exit 1; }; score() { printf '%s\\n' "$*" >"$BERTH_SCORE"; };`;

/** A script with the helpers where a shell runs it, on its first line: the numbers of all lines stay. */
export function withHelpers(script: string, [interpreter = '']: readonly string[]): string {
  if (!SHELLS.has(posix.basename(interpreter))) return script;
  // The interpreter is named already: to a shell that line is a comment.
  return script.startsWith('#!') ? HELPERS + script.replace(/^[^\n]*/, '') : `${HELPERS} ${script}`;
}
