import { EXIT, MUST_BE_A_FOLDER, MUST_BE_THERE, STAT } from '../scripts.ts';

/** Prefix of the names of unfinished uploads; nothing else should use it. */
export const UPLOAD_PREFIX = '.berth-upload-';

/** Input line that confirms that an upload is complete. */
export const WHOLE = 'whole';

/** Prints the part $1; of a padded part, only the first $2 bytes. */
const GIVE = 'give() { if [ -n "$2" ]; then head -c "$2" -- "$1"; else cat -- "$1"; fi; }';

/**
 * Starts an upload to $1 with the octal mode $2, or that of the existing file if empty. Creates $3, the temporary name,
 * which is removed if the upload fails. Before that, it removes leftovers of a crash that are older than an hour: no
 * upload takes so long.
 */
const BEGIN_FILE = `
[ -L "$1" ] && [ -f "$1" ] && link=$(readlink -f -- "$1") && shift && set -- "$link" "$@"
[ -d "$1" ] && exit ${EXIT.isFolder}
folder=\${1%/*}/
[ -d "$folder" ] || exit ${EXIT.notFound}
[ -w "$folder" ] && cd "$folder" 2>/dev/null || exit ${EXIT.denied}
[ -e "$1" ] && [ ! -f "$1" ] && exit ${EXIT.special}
find . -mindepth 1 -maxdepth 1 -name '${UPLOAD_PREFIX}*' -type f -mmin +60 -exec rm -f -- {} + 2>/dev/null
umask 077
: >"$3" || exit ${EXIT.diskFull}
fail() { rm -f -- "$3"; exit "$code"; }
`;

/** Moves the complete file into place, and prints a {@link STAT} line. */
const FINISH_FILE = `
mode=\${2:-$(stat -c %a -- "$1" 2>/dev/null)}
code=${EXIT.denied}
chmod "\${mode:-644}" "$3" && mv -f -- "$3" "$1" 2>/dev/null || fail "$@"
${STAT} -- "$1"
exit
`;

/**
 * Receives a file as the input after {@link BEGIN_FILE}, then {@link WHOLE} on descriptor 3. Without that line, nothing
 * stays.
 */
export const FEED_FILE_SCRIPT = `
${BEGIN_FILE}
code=${EXIT.diskFull}
cat >"$3" || fail "$@"
code=${EXIT.broken}
read -r word <&3 && [ "$word" = ${WHOLE} ] || fail "$@"
${FINISH_FILE}
`;

/**
 * Receives a file after {@link BEGIN_FILE} whose parts arrive in the folder $4. It reads their names as they arrive,
 * with the size of the content for padded parts, and {@link WHOLE} at the end. Without that line, nothing stays. If the
 * first part belongs to the user, it needs no copy: it gets a second name, unless it is on another disk. Before all
 * else, it prints the numbers of the user and group of new files.
 */
export const TAKE_FILE_SCRIPT = `
${BEGIN_FILE}
${GIVE}
stat -c '%u %g' -- "$3"
while read -r part bytes; do
  if [ "$part" = ${WHOLE} ]; then
    ${FINISH_FILE}
  fi
  [ -z "$bytes" ] && [ ! -s "$3" ] && [ -O "$4/$part" ] &&
    ln -f -- "$4/$part" "$3" 2>/dev/null && { touch -- "$3"; continue; }
  code=${EXIT.diskFull}
  give "$4/$part" "$bytes" >>"$3" || fail "$@"
done
code=${EXIT.broken}
fail "$@"
`;

/** Enters the folder $1, in which an archive is unpacked. */
const ENTER_FOLDER = `
${MUST_BE_THERE}
${MUST_BE_A_FOLDER}
[ -w "$1" ] && cd "$1" 2>/dev/null || exit ${EXIT.denied}
`;

/** Explains the message \`said\` of a failed tar. */
const EXPLAIN_TAR = `
case $said in
  *'No space left'* | *'Wrote only'*) exit ${EXIT.diskFull} ;;
  *'Permission denied'*) exit ${EXIT.denied} ;;
esac
printf %s "$said" >&2
exit 1
`;

/**
 * Unpacks the archive from the input in the folder $1, once {@link WHOLE} arrives on descriptor 3. $2: how tar handles
 * owners; $3: a name for the archive. The name is removed immediately, so nothing stays whatever happens, and nobody
 * can replace the archive.
 */
export const FEED_ARCHIVE_SCRIPT = `
${ENTER_FOLDER}
mask=$(umask)
umask 077
set -C
{
  set +C
  rm -f -- "$3"
  umask "$mask"
  cat >&4 || exit ${EXIT.diskFull}
  read -r word <&3 && [ "$word" = ${WHOLE} ] || exit ${EXIT.broken}
  said=$(tar -x -p $2 -f - </proc/self/fd/4 2>&1 >/dev/null) && exit 0
  ${EXPLAIN_TAR}
} 4>"$3"
exit ${EXIT.diskFull}
`;

/** Unpacks an archive whose parts arrive in the folder $4, as for {@link TAKE_FILE_SCRIPT}; it needs no name. */
export const TAKE_ARCHIVE_SCRIPT = `
${ENTER_FOLDER}
${GIVE}
parts=
while read -r part bytes && [ "$part" != ${WHOLE} ]; do
  parts="$parts $part:$bytes"
done
[ "$part" = ${WHOLE} ] || exit ${EXIT.broken}
said=$(for part in $parts; do give "$4/\${part%:*}" "\${part#*:}"; done | tar -x -p $2 -f - 2>&1 >/dev/null) && exit 0
${EXPLAIN_TAR}
`;

/**
 * Removes, as root, the folder $1 with the parts of an upload, and leftovers of a crash that are older than an hour.
 */
export const CLEAN_UP_SCRIPT = `
rm -rf -- "$1"
find / -xdev -mindepth 1 -maxdepth 1 -name '${UPLOAD_PREFIX}*' -mmin +60 -exec rm -rf -- {} +
`;

/** Prints the names of folders that a crash left more than an hour ago, one per line. */
export const LEFT_SCRIPT = `
cd / && for folder in $(find . -xdev -mindepth 1 -maxdepth 1 -type d -name '${UPLOAD_PREFIX}*' -mmin +60); do
  echo "\${folder#./}"
done
`;
