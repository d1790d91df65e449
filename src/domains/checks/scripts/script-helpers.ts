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

/** Exit code of a script that failed and gave a part of the score before. */
export const PARTLY_EXIT_CODE = 93;

/** Whether a script of this interpreter gets the helpers. */
export function isShell([interpreter = '']: readonly string[]): boolean {
  return SHELLS.has(posix.basename(interpreter));
}

/**
 * `say` tells the learner something, `fail` what is missing and ends the check, each in their language where it has a
 * text for every one of the lab's; `score` gives part of the score, by the runner's pipe and with its secret, which
 * programs that the script runs do not know: for that the shell lets go of the file that it is read from. In one line.
 */
function helpers({ languages, language }: Reader, secret: string): string {
  const place = Math.max(0, languages.indexOf(language));
  const choose =
    languages.length > 1 ? `if [ $# -eq ${languages.length} ]; then shift ${place}; set -- "$1"; fi; ` : '';
  return (
    `exec 9<&-; berth_part=1; say() { ${choose}printf '%s\\n' "$*"; }; fail() { say "$@"; exit $berth_part; }; ` +
    `score() { berth_part=${PARTLY_EXIT_CODE}; printf '%s %s\\n' ${secret} "$*" >&8; };`
  );
}

/** A script with the helpers where a shell runs it, on its first line: the numbers of all lines stay. */
export function withHelpers(
  script: string,
  interpreter: readonly string[],
  { reader = { languages: [], language: '' }, secret }: { reader?: Reader | undefined; secret: string },
): string {
  if (!isShell(interpreter)) return script;
  const first = helpers(reader, secret);
  // The interpreter is named already: to a shell that line is a comment.
  return script.startsWith('#!') ? first + script.replace(/^[^\n]*/, '') : `${first} ${script}`;
}
