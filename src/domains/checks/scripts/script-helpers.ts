import { posix } from 'node:path';

/** The languages for a check's messages. */
export interface Reader {
  /** The lab's languages, in order. */
  languages: readonly string[];
  /** The reader's language, one of them. */
  language: string;
}

/** Interpreters that can run the helpers. */
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh']);

/** Exit code of a script that failed after it gave a partial score. */
export const PARTLY_EXIT_CODE = 93;

/** Returns whether scripts of this interpreter get the helpers. */
export function isShell([interpreter = '']: readonly string[]): boolean {
  return SHELLS.has(posix.basename(interpreter));
}

/**
 * Returns the helper functions as one line. `say` prints a message for the learner. `fail` also ends the check. Both
 * choose the learner's language if they get a text for each of the lab's languages. `score` gives a partial score
 * through the runner's pipe, with the secret that programs started by the script do not know: the shell closes the file
 * from which it reads the script.
 */
function helpers({ languages, language }: Reader, secret: string): string {
  const index = Math.max(0, languages.indexOf(language));
  const choose =
    languages.length > 1 ? `if [ $# -eq ${languages.length} ]; then shift ${index}; set -- "$1"; fi; ` : '';
  return (
    `exec 9<&-; berth_part=1; say() { ${choose}printf '%s\\n' "$*"; }; fail() { say "$@"; exit $berth_part; }; ` +
    `score() { berth_part=${PARTLY_EXIT_CODE}; printf '%s %s\\n' ${secret} "$*" >&8; };`
  );
}

/** Adds the helpers to the first line of a shell script, so that all line numbers stay. */
export function withHelpers(
  script: string,
  interpreter: readonly string[],
  { reader = { languages: [], language: '' }, secret }: { reader?: Reader | undefined; secret: string },
): string {
  if (!isShell(interpreter)) return script;
  const first = helpers(reader, secret);
  // The interpreter is already known; for a shell, that line is a comment.
  return script.startsWith('#!') ? first + script.replace(/^[^\n]*/, '') : `${first} ${script}`;
}
