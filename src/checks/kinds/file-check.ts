import { fault } from '../../errors.ts';
import type { FileCheck } from '../../labs/lab-check.ts';
import { passedOrNot, unjudged } from '../check-verdict.ts';
import type { Judgement } from '../check-verdict.ts';
import type { Script } from '../script-command.ts';
import type { ScriptEnd } from '../script-runner.ts';
import { shellWord } from '../shell-word.ts';
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
 * The script that looks at `path`: its mode in hexadecimal, the number and the name of its owner in one
 * line, and then what is in it, where that is asked for.
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
stat -L -c '%f %u %U' -- "$path" || exit
${content}`;
  return { script, user, timeoutSeconds };
}

/** What the script saw. */
interface Seen {
  mode: number;
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
  if (exitCode === EXIT.notThere) {
    return passedOrNot(file.exists ? `${file.path} is not there.` : undefined, { evidence });
  }
  if (exitCode === EXIT.leadsNowhere) {
    const problem = file.exists ? 'is not there.' : 'is a link that leads nowhere, and is not to be there.';
    return passedOrNot(`${file.path} ${problem}`, { evidence });
  }
  // Below a folder that its user may not enter, or a circle of links: there or not, nobody knows.
  if (exitCode === EXIT.hidden) return passedOrNot(`${file.path} can not be looked at.`, { evidence });
  if (exitCode === EXIT.unreadable) return passedOrNot(`${file.path} can not be read.`, { evidence });
  const seen = exitCode === 0 ? readSeen(printed) : undefined;
  if (!seen) return unjudged(fault('CHECK_NOT_STARTED', { problem: 'stat says nothing' }), evidence);
  return passedOrNot(problemOf(file, seen), { evidence: evidenceOf(seen) });
}

function readSeen(printed: string): Seen | undefined {
  const [, mode = '', uid = '', name = '', content = ''] =
    /^([0-9a-f]+) (\d+) (.*)(?:\n([^]*))?$/m.exec(printed) ?? [];
  return mode === '' ? undefined : { mode: Number.parseInt(mode, 16), owners: [name, uid], content };
}

function problemOf({ path, exists, kind, mode, owner, content }: FileCheck['file'], seen: Seen) {
  const kindBits = seen.mode & KIND_BITS;
  const permissions = seen.mode & PERMISSION_BITS;
  if (!exists) return `${path} is there, and is not to be.`;
  if (kind === 'folder' && kindBits !== FOLDER) return `${path} is not a folder.`;
  if ((kind === 'file' || isRule(content)) && kindBits !== FILE) return `${path} is not a file.`;
  if (mode !== undefined && permissions !== mode) {
    return `The permission bits of ${path} are ${permissions.toString(8)}, and are to be others.`;
  }
  if (owner !== undefined && !seen.owners.includes(owner)) {
    return `${path} belongs to ${seen.owners[0]}, and is to be somebody else's.`;
  }
  return fitsRule(seen.content, content) ? undefined : `What is in ${path} is not what is asked for.`;
}

function evidenceOf({ mode, owners }: Seen): string {
  const kindBits = mode & KIND_BITS;
  const kind = kindBits === FOLDER ? 'folder' : kindBits === FILE ? 'file' : 'neither a file nor a folder';
  return `${kind}, mode ${(mode & PERMISSION_BITS).toString(8)}, owner ${owners[0]}`;
}
