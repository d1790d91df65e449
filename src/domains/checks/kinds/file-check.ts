import { fault } from '../../../core/errors.ts';
import type { FileCheck } from '../../labs/lab-check.ts';
import { passedOrNot, unjudged } from '../results/check-verdict.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { found } from '../results/findings.ts';
import type { Script, ScriptEnd } from '../script-runner.ts';
import { shellWord } from '../script-runner.ts';
import { fitsRule, isRule } from '../text-rule.ts';

/** Maximum bytes of a file that are checked: more than a learner writes by hand. */
const CONTENT_LIMIT = 256 * 1024;

/** Exit codes of the script. */
const EXIT = { missing: 40, danglingLink: 41, hidden: 42, unreadable: 43 } as const;

/** Mode bits of the file kind, and the two kinds that checks can ask for. */
const KIND_BITS = 0o170_000;
const FOLDER = 0o040_000;
const FILE = 0o100_000;
const PERMISSION_BITS = 0o7777;

/** Selects the machine's system programs, whatever its learner has put into the path. */
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH';

/**
 * Returns a script that prints one line with the mode of `path` in hexadecimal and in letters, and the id and name of
 * its owner, then its content if the check needs it.
 */
export function fileScript({ file, user, timeoutSeconds }: FileCheck, path: string): Script {
  const content = isRule(file.content)
    ? `[ ! -f "$path" ] || head -c ${CONTENT_LIMIT} -- "$path" || exit ${EXIT.unreadable}\n`
    : '';
  const script = `${PATH}
path=${shellWord(path)}
[ -e "$path" ] || {
  why=$(LC_ALL=C stat -- "$path" 2>&1 >/dev/null) && exit ${EXIT.danglingLink}
  case $why in *'No such file or directory' | *'Not a directory') exit ${EXIT.missing} ;; esac
  exit ${EXIT.hidden}
}
stat -L -c '%f %A %u %U' -- "$path" || exit
${content}`;
  return { script, user, timeoutSeconds };
}

/** The output of the script. */
interface Seen {
  mode: number;
  /** Mode as `ls` prints it, such as `-rw-r--r--`. */
  shown: string;
  owners: string[];
  content: string;
}

/**
 * Judges the result of the script. The evidence does not contain the file's content: the learner can read the evidence,
 * and may have linked to a file that only the check's user can read.
 */
export function judgeFile({ file }: FileCheck, end: ScriptEnd): Judgement {
  if ('unjudged' in end) return { ...end.unjudged, evidence: '' };
  const { exitCode, printed } = end;
  const evidence = printed === '' ? end.evidence : '';
  const { path, exists } = file;
  if (exitCode === EXIT.missing) {
    return passedOrNot(exists ? found('FILE_ABSENT', { path }) : undefined, { evidence });
  }
  if (exitCode === EXIT.danglingLink) {
    return passedOrNot(found(exists ? 'FILE_ABSENT' : 'FILE_LEADS_NOWHERE', { path }), { evidence });
  }
  // The file is in a folder that the user cannot enter, or in a circle of links, so it is unknown whether it exists.
  if (exitCode === EXIT.hidden) return passedOrNot(found('FILE_HIDDEN', { path }), { evidence });
  if (exitCode === EXIT.unreadable) return passedOrNot(found('FILE_UNREADABLE', { path }), { evidence });
  const seen = exitCode === 0 ? readSeen(printed) : undefined;
  if (!seen) return unjudged(fault('CHECK_NOT_STARTED', { problem: 'stat printed nothing' }), evidence);
  return passedOrNot(problemOf(file, seen), { evidence: evidenceOf(seen) });
}

function readSeen(printed: string): Seen | undefined {
  const [, mode = '', shown = '', uid = '', name = '', content = ''] =
    /^([0-9a-f]+) (\S+) (\d+) (.*)(?:\n([^]*))?$/m.exec(printed) ?? [];
  return mode === '' ? undefined : { mode: Number.parseInt(mode, 16), shown, owners: [name, uid], content };
}

function problemOf({ path, exists, kind, mode, owner, content }: FileCheck['file'], seen: Seen) {
  const kindBits = seen.mode & KIND_BITS;
  const permissions = seen.mode & PERMISSION_BITS;
  if (!exists) return found('FILE_PRESENT', { path });
  if (kind === 'folder' && kindBits !== FOLDER) return found('FILE_OTHER_THAN_FOLDER', { path });
  if ((kind === 'file' || isRule(content)) && kindBits !== FILE) {
    return found('FILE_OTHER_THAN_FILE', { path });
  }
  if (mode !== undefined && permissions !== mode) {
    return found('FILE_OTHER_MODE', { path, mode: permissions.toString(8) });
  }
  if (owner !== undefined && !seen.owners.includes(owner)) {
    return found('FILE_OTHER_OWNER', { path, owner: seen.owners[0] ?? '' });
  }
  return fitsRule(seen.content, content) ? undefined : found('FILE_OTHER_CONTENT', { path });
}

/** Formats the evidence like `ls`, independent of the language. */
function evidenceOf({ mode, shown, owners }: Seen): string {
  return `${shown} (${(mode & PERMISSION_BITS).toString(8)}) ${owners[0]}`;
}
