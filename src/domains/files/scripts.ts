import { fault } from '../../core/errors.ts';
import type { FileEntry, FileKind, FileStat, FolderListing } from './file.ts';

/**
 * Scripts that run in a machine with its user's rights: plain sh with the programs of Debian and busybox. $1 is an
 * absolute path. The exit codes say why a script failed.
 */
export const EXIT = {
  notFound: 40,
  isFolder: 41,
  isNoFolder: 42,
  denied: 43,
  special: 44,
  notEmpty: 45,
  diskFull: 46,
  broken: 47,
} as const;

/** Selects the machine's system programs, whatever its image or its learner has configured. */
export const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  ENV: '',
  BASH_ENV: '',
  TAR_OPTIONS: '',
  POSIXLY_CORRECT: '',
};

/** Prints the mode in hexadecimal, the size, and the modification time in seconds. */
export const STAT = `stat -L -c '%f %s %Y'`;
export const MUST_BE_THERE = `[ -e "$1" ] || exit ${EXIT.notFound}`;
export const MUST_BE_A_FOLDER = `[ -d "$1" ] || exit ${EXIT.isNoFolder}`;

export const STAT_SCRIPT = `
${MUST_BE_THERE}
${STAT} -- "$1"
`;

/** Prints a {@link STAT} line, then the content of the same open file. */
export const READ_SCRIPT = `
${MUST_BE_THERE}
[ -d "$1" ] && exit ${EXIT.isFolder}
[ -f "$1" ] || exit ${EXIT.special}
[ -r "$1" ] || exit ${EXIT.denied}
exec 3<"$1"
${STAT} /proc/self/fd/3 || exit
exec cat <&3
`;

/** Prints per entry: kind, octal mode, owner, group, size, seconds and name, NUL, the link target, NUL. */
export const LIST_SCRIPT = `
[ -e "$1" ] || [ -L "$1" ] || exit ${EXIT.notFound}
${MUST_BE_A_FOLDER}
[ -r "$1" ] && cd "$1" 2>/dev/null || exit ${EXIT.denied}
if find --version 2>/dev/null | grep -q GNU; then
  exec find . -mindepth 1 -maxdepth 1 -printf '%y %m %U %G %s %T@ %P\\0%l\\0'
fi
for name in * .*; do
  case $name in .|..) continue ;; esac
  [ -e "$name" ] || [ -L "$name" ] || continue
  seen=$(stat -c '%a %u %g %s %Y' -- "$name") || continue
  kind=o
  [ -f "$name" ] && kind=f
  [ -d "$name" ] && kind=d
  [ -L "$name" ] && kind=l
  printf '%s %s %s\\0' "$kind" "$seen" "$name"
  [ "$kind" = l ] && printf %s "$(readlink -- "$name")"
  printf '\\0'
done
exit 0
`;

/** Prints a tar archive. GNU tar omits unreadable files and other file systems. */
export const TAR_SCRIPT = `
[ -e "$1" ] || [ -L "$1" ] || exit ${EXIT.notFound}
{ [ -d "$1" ] || [ -f "$1" ] || [ -L "$1" ]; } || exit ${EXIT.special}
[ -L "$1" ] || [ -r "$1" ] || exit ${EXIT.denied}
cd -P "\${1%/*}/" 2>/dev/null || exit ${EXIT.denied}
name=\${1##*/}
lenient=
tar --version 2>/dev/null | grep -q GNU && lenient='--ignore-failed-read --one-file-system --numeric-owner --warning=none'
tar -c $lenient -f - -- "\${name:-.}"
status=$?
# A file that changed while it was read.
[ "$status" = 1 ] && status=0
exit "$status"
`;

/** Creates the folder $1 and its parents. */
export const MAKE_FOLDER_SCRIPT = `
[ -d "$1" ] && exit 0
{ [ -e "$1" ] || [ -L "$1" ]; } && exit ${EXIT.isNoFolder}
mkdir -p -- "$1" 2>&1 >/dev/null | grep -q 'No space' && exit ${EXIT.diskFull}
[ -d "$1" ] || exit ${EXIT.denied}
`;

/** Removes $1. If $2 is not empty, it removes a folder with its content. */
export const REMOVE_SCRIPT = `
[ -e "$1" ] || [ -L "$1" ] || exit ${EXIT.notFound}
if [ -n "$2" ]; then
  rm -rf -- "$1" 2>/dev/null || exit ${EXIT.denied}
elif [ -d "$1" ] && [ ! -L "$1" ]; then
  rmdir -- "$1" 2>/dev/null && exit 0
  for name in "$1"/* "$1"/.*; do
    case $name in */.|*/..) continue ;; esac
    [ -e "$name" ] && exit ${EXIT.notEmpty}
  done
  exit ${EXIT.denied}
else
  rm -f -- "$1" 2>/dev/null || exit ${EXIT.denied}
fi
`;

/** Maximum number of entries per listing: more than anybody reads, and less than 4 MB as JSON. */
export const ENTRY_LIMIT = 10_000;
/** Output limit of the listing script, in bytes: enough for as many entries with names of 255 bytes. */
export const LIST_OUTPUT_BYTES = 4 * 1024 * 1024;

const kinds: Record<string, FileKind> = { f: 'file', d: 'folder', l: 'link' };

/** Parses the output of the listing script. The output comes from the machine, so invalid entries are skipped. */
export function parseListing(path: string, output: Buffer, { cut }: { cut: boolean }): FolderListing {
  const entries: FileEntry[] = [];
  let truncated = cut;
  let at = 0;
  for (let read = 0; at < output.length; read += 1) {
    const described = output.indexOf(0, at);
    const end = described < 0 ? -1 : output.indexOf(0, described + 1);
    if (end < 0) break;
    // Invalid ones count too: a machine could send millions of them.
    if (read === ENTRY_LIMIT) {
      truncated = true;
      break;
    }
    const entry = parseEntry(
      output.toString('utf8', at, described),
      output.toString('utf8', described + 1, end),
    );
    if (entry) entries.push(entry);
    at = end + 1;
  }
  return { path, entries: entries.toSorted(byName), truncated };
}

function parseEntry(text: string, target: string): FileEntry | undefined {
  const fields = /^(\w) ([0-7]{1,4}) (\d{1,10}) (\d{1,10}) (\d{1,16}) (-?\d{1,12})(?:\.\d*)? ([^]+)$/.exec(
    text,
  );
  if (!fields) return undefined;
  const [, letter = '', mode = '', uid, gid, size, seconds, name = ''] = fields;
  if (name.includes('/') || name === '.' || name === '..') return undefined;
  const kind = kinds[letter] ?? 'other';
  return {
    name,
    kind,
    size: Number(size),
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    modifiedAt: new Date(Number(seconds) * 1_000),
    target: kind === 'link' ? target : undefined,
  };
}

/** Compares names by code unit, so the order does not depend on the service's locale. */
function byName({ name: a }: FileEntry, { name: b }: FileEntry): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Mode bits of the kernel that give the kind of a file. */
const KIND_BITS = 0xf000;
const FILE = 0x8000;
const FOLDER = 0x4000;
const LINK = 0xa000;

/** Longest line, in bytes: three numbers of at most 20 digits. */
export const STAT_LINE_BYTES = 128;

/** Parses `mode size seconds`, the mode in hexadecimal. Programs of the machine print it, so it is not trusted. */
export function parseStatLine(line: string): FileStat {
  const [, mode, size, seconds] = /^([\da-f]{1,8}) (\d{1,16}) (-?\d{1,12})\n?$/.exec(line) ?? [];
  if (mode === undefined || size === undefined || seconds === undefined) {
    throw fault('COMMAND_FAILED', { exitCode: 0, problem: 'it did not describe the file' });
  }
  const bits = Number.parseInt(mode, 16);
  // oxlint-disable-next-line no-bitwise -- they are bits.
  const [kind, permissions] = [bits & KIND_BITS, bits & 0o7777];
  return {
    kind: kind === FILE ? 'file' : kind === FOLDER ? 'folder' : kind === LINK ? 'link' : 'other',
    size: Number(size),
    mode: permissions,
    modifiedAt: new Date(Number(seconds) * 1_000),
  };
}
