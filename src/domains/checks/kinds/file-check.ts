import { fault } from '../../../core/errors.ts';
import type { FileCheck } from '../../labs/lab-check.ts';
import { passedOrNot, unjudged } from '../results/check-verdict.ts';
import type { Judgement } from '../results/check-verdict.ts';
import { found } from '../results/findings.ts';
import type { Script } from '../scripts/script-command.ts';
import type { ScriptEnd } from '../scripts/script-runner.ts';
import { shellWord } from '../scripts/shell-word.ts';
import { fitsRule, isRule } from '../text-rule.ts';

/** Most bytes of a file that are looked at: more than a learner writes by hand. */
const CONTENT_LIMIT = 256 * 1024;

/** Exit codes of the script, by what it met. */
const EXIT = { notThere: 40, leadsNowhere: 41, hidden: 42, unreadable: 43 } as const;

/** Bits of a mode that say what there is, and its two values that are asked for. */
const KIND_BITS = 0o170_000;
const FOLDER = 0o040_000;
const FILE = 0o100_000;
const PERMISSION_BITS = 0o7777;

/** The machine's own programs, whatever its learner has put into the path before them. */
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH';

/**
 * The script that looks at `path`: its mode in hexadecimal and in letters, the number and the name of its owner in
 * one line, and then what is in it, where that is asked for.
 */
export function fileScript({ file, user, timeoutSeconds }: FileCheck, path: string): Script {
  const content = isRule(file.content)
    ? `[ ! -f "$path" ] || head -c ${CONTENT_LIMIT} -- "$path" || exit ${EXIT.unreadable}\n`
    : '';
  const script = `${PATH}
path=${shellWord(path)}
[ -e "$path" ] || {
  why=$(LC_ALL=C stat -- "$path" 2>&1 >/dev/null) && exit ${EXIT.leadsNowhere}
  case $why in *'No such file or directory' | *'Not a directory') exit ${EXIT.notThere} ;; esac
  exit ${EXIT.hidden}
}
stat -L -c '%f %A %u %U' -- "$path" || exit
${content}`;
  return { script, user, timeoutSeconds };
}

/** What the script saw. */
interface Seen {
  mode: number;
  /** As `ls` shows it, such as `-rw-r--r--`. */
  shown: string;
  owners: string[];
  content: string;
}

/**
 * What the script's end means. What is in the file stays out of the evidence: the learner reads that, and
 * may have put a link there to what only the check's user may read.
 */
export function judgeFile({ file }: FileCheck, end: ScriptEnd): Judgement {
  if ('unjudged' in end) return { ...end.unjudged, evidence: '' };
  const { exitCode, printed } = end;
  const evidence = printed === '' ? end.evidence : '';
  const { path, exists } = file;
  if (exitCode === EXIT.notThere) {
    return passedOrNot(exists ? found('FILE_ABSENT', { path }) : undefined, { evidence });
  }
  if (exitCode === EXIT.leadsNowhere) {
    return passedOrNot(found(exists ? 'FILE_ABSENT' : 'FILE_LEADS_NOWHERE', { path }), { evidence });
  }
  // Below a folder that its user may not enter, or a circle of links: there or not, nobody knows.
  if (exitCode === EXIT.hidden) return passedOrNot(found('FILE_HIDDEN', { path }), { evidence });
  if (exitCode === EXIT.unreadable) return passedOrNot(found('FILE_UNREADABLE', { path }), { evidence });
  const seen = exitCode === 0 ? readSeen(printed) : undefined;
  if (!seen) return unjudged(fault('CHECK_NOT_STARTED', { problem: 'stat says nothing' }), evidence);
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

/** In no language but that of `ls`. */
function evidenceOf({ mode, shown, owners }: Seen): string {
  return `${shown} (${(mode & PERMISSION_BITS).toString(8)}) ${owners[0]}`;
}
