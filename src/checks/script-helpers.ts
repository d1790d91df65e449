import { posix } from 'node:path';

/** Who reads what a check says. */
export interface Reader {
  /** The lab's, in its order. */
  languages: readonly string[];
  /** The one of them that is read. */
  language: string;
}

/** Interpreters that know the language of the helpers. */
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh']);

/**
 * `say` tells the learner something, `fail` what is missing and ends the check, each in their language where it has a
 * text for every one of the lab's; `score` gives part of the score. In one line.
 */
function helpers({ languages, language }: Reader): string {
  const place = Math.max(0, languages.indexOf(language));
  const choose =
    languages.length > 1 ? `if [ $# -eq ${languages.length} ]; then shift ${place}; set -- "$1"; fi; ` : '';
  return (
    `say() { ${choose}printf '%s\\n' "$*"; }; fail() { say "$@"; exit 1; }; ` +
    `score() { printf '%s\\n' "$*" >"$BERTH_SCORE"; };`
  );
}

/** A script with the helpers where a shell runs it, on its first line: the numbers of all lines stay. */
export function withHelpers(
  script: string,
  [interpreter = '']: readonly string[],
  reader: Reader = { languages: [], language: '' },
): string {
  if (!SHELLS.has(posix.basename(interpreter))) return script;
  // The interpreter is named already: to a shell that line is a comment.
  return script.startsWith('#!')
    ? helpers(reader) + script.replace(/^[^\n]*/, '')
    : `${helpers(reader)} ${script}`;
}
