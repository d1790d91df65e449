/**
 * What runs in a machine with its user's rights: plain sh with what Debian and busybox have. $1 is
 * a path from the root. The exit codes say what there is in the way.
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

/** The machine's own programs, whatever its image or its learner would have run instead. */
export const ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  ENV: '',
  BASH_ENV: '',
  TAR_OPTIONS: '',
  POSIXLY_CORRECT: '',
};

/** Mode in hexadecimal, size, seconds of the last change. */
const STAT = `stat -L -c '%f %s %Y'`;
const MUST_BE_THERE = `[ -e "$1" ] || exit ${EXIT.notFound}`;
const MUST_BE_A_FOLDER = `[ -d "$1" ] || exit ${EXIT.isNoFolder}`;

export const STAT_SCRIPT = `
${MUST_BE_THERE}
${STAT} -- "$1"
`;

/** One line as {@link STAT}, of the very file that follows. */
export const READ_SCRIPT = `
${MUST_BE_THERE}
[ -d "$1" ] && exit ${EXIT.isFolder}
[ -f "$1" ] || exit ${EXIT.special}
[ -r "$1" ] || exit ${EXIT.denied}
exec 3<"$1"
${STAT} /proc/self/fd/3 || exit
exec cat <&3
`;

/** Kind, octal mode, owner, group, size, seconds and name, a zero, where a link leads, a zero. */
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

/** What can not be read is left out where tar can do that, and so is what other file systems have there. */
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

/** Makes the folder $1 and those that lead there. */
export const MAKE_FOLDER_SCRIPT = `
[ -d "$1" ] && exit 0
{ [ -e "$1" ] || [ -L "$1" ]; } && exit ${EXIT.isNoFolder}
mkdir -p -- "$1" 2>&1 >/dev/null | grep -q 'No space' && exit ${EXIT.diskFull}
[ -d "$1" ] || exit ${EXIT.denied}
`;

/** Removes what is at $1; $2 is not empty where a folder goes with all in it. */
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

/** Names of uploads under way begin so; nothing else should. */
export const UPLOAD_PREFIX = '.berth-upload-';

/** A line of input by which an upload is told to be whole. */
export const WHOLE = 'whole';

/** Gives out what is in the part $1; of one that was filled up, $2 bytes. */
const GIVE = 'give() { if [ -n "$2" ]; then head -c "$2" -- "$1"; else cat -- "$1"; fi; }';

/**
 * Puts an upload to $1. $2: the folder in which its parts arrive; $3: its mode, in octal, or nothing
 * for that of the file that is there; $4: its name until it is whole. Reads the names of parts as
 * they arrive, with the bytes to be taken where that is not all, and {@link WHOLE} at their end; where
 * that does not come, nothing stays. A first part that is the user's own needs no copy: it gets a
 * second name, unless it is on another disk. Before, it removes what a crash left an hour ago: no upload
 * takes so long. Answers with the numbers of the user and group that files here get, and at the end
 * with a line as {@link STAT}.
 */
export const TAKE_FILE_SCRIPT = `
[ -L "$1" ] && [ -f "$1" ] && link=$(readlink -f -- "$1") && shift && set -- "$link" "$@"
[ -d "$1" ] && exit ${EXIT.isFolder}
folder=\${1%/*}/
[ -d "$folder" ] || exit ${EXIT.notFound}
[ -w "$folder" ] && cd "$folder" 2>/dev/null || exit ${EXIT.denied}
[ -e "$1" ] && [ ! -f "$1" ] && exit ${EXIT.special}
find . -mindepth 1 -maxdepth 1 -name '${UPLOAD_PREFIX}*' -type f -mmin +60 -exec rm -f -- {} + 2>/dev/null
umask 077
: >"$4" || exit ${EXIT.diskFull}
fail() { rm -f -- "$4"; exit "$code"; }
${GIVE}
stat -c '%u %g' -- "$4"
while read -r part bytes; do
  if [ "$part" = ${WHOLE} ]; then
    mode=\${3:-$(stat -c %a -- "$1" 2>/dev/null)}
    code=${EXIT.denied}
    chmod "\${mode:-644}" "$4" && mv -f -- "$4" "$1" 2>/dev/null || fail "$@"
    ${STAT} -- "$1"
    exit
  fi
  [ -z "$bytes" ] && [ ! -s "$4" ] && [ -O "$2/$part" ] &&
    ln -f -- "$2/$part" "$4" 2>/dev/null && { touch -- "$4"; continue; }
  code=${EXIT.diskFull}
  give "$2/$part" "$bytes" >>"$4" || fail "$@"
done
code=${EXIT.broken}
fail "$@"
`;

/** Unpacks an archive in the folder $1, once it is whole. $2: the folder with its parts; $3: how tar treats owners. */
export const UNPACK_SCRIPT = `
${MUST_BE_THERE}
${MUST_BE_A_FOLDER}
[ -w "$1" ] && cd "$1" 2>/dev/null || exit ${EXIT.denied}
${GIVE}
parts=
while read -r part bytes && [ "$part" != ${WHOLE} ]; do
  parts="$parts $part:$bytes"
done
[ "$part" = ${WHOLE} ] || exit ${EXIT.broken}
said=$(for part in $parts; do give "$2/\${part%:*}" "\${part#*:}"; done | tar -x -p $3 -f - 2>&1 >/dev/null) && exit 0
case $said in
  *'No space left'* | *'Wrote only'*) exit ${EXIT.diskFull} ;;
  *'Permission denied'*) exit ${EXIT.denied} ;;
esac
printf %s "$said" >&2
exit 1
`;

/** As root: removes the folder $1 with the parts of an upload, and others that a crash left an hour ago. */
export const CLEAN_UP_SCRIPT = `
rm -rf -- "$1"
find / -xdev -mindepth 1 -maxdepth 1 -name '${UPLOAD_PREFIX}*' -mmin +60 -exec rm -rf -- {} +
`;

/** Names of folders that a crash left an hour ago, a line each. */
export const LEFT_SCRIPT = `
cd / && for folder in $(find . -xdev -mindepth 1 -maxdepth 1 -type d -name '${UPLOAD_PREFIX}*' -mmin +60); do
  echo "\${folder#./}"
done
`;
