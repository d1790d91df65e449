import { EXIT, MUST_BE_A_FOLDER, MUST_BE_THERE, STAT } from '../scripts.ts';

/** Names of uploads under way begin so; nothing else should. */
export const UPLOAD_PREFIX = '.berth-upload-';

/** A line of input by which an upload is told to be whole. */
export const WHOLE = 'whole';

/** Gives out what is in the part $1; of one that was filled up, $2 bytes. */
const GIVE = 'give() { if [ -n "$2" ]; then head -c "$2" -- "$1"; else cat -- "$1"; fi; }';

/**
 * Where an upload goes to $1, with the mode $2, in octal, or nothing for that of the file that is there:
 * makes $3, which is its name until it is whole, and is not there any more where that fails. Before, it
 * removes what a crash left an hour ago: no upload takes so long.
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

/** Puts what is whole in its place. Answers with a line as {@link STAT}. */
const FINISH_FILE = `
mode=\${2:-$(stat -c %a -- "$1" 2>/dev/null)}
code=${EXIT.denied}
chmod "\${mode:-644}" "$3" && mv -f -- "$3" "$1" 2>/dev/null || fail "$@"
${STAT} -- "$1"
exit
`;

/** As {@link BEGIN_FILE}: of an upload that is the input, with {@link WHOLE} at the descriptor 3 after its end. Where that does not come, nothing stays. */
export const FEED_FILE_SCRIPT = `
${BEGIN_FILE}
code=${EXIT.diskFull}
cat >"$3" || fail "$@"
code=${EXIT.broken}
read -r word <&3 && [ "$word" = ${WHOLE} ] || fail "$@"
${FINISH_FILE}
`;

/**
 * As {@link BEGIN_FILE}, of an upload whose parts arrive in the folder $4. Reads their names as
 * they arrive, with the bytes to be taken where that is not all, and {@link WHOLE} at their end; where
 * that does not come, nothing stays. A first part that is the user's own needs no copy: it gets a
 * second name, unless it is on another disk. Answers with the numbers of the user and group that files
 * here get before all else.
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

/** Into the folder $1 that an archive is unpacked in. */
const ENTER_FOLDER = `
${MUST_BE_THERE}
${MUST_BE_A_FOLDER}
[ -w "$1" ] && cd "$1" 2>/dev/null || exit ${EXIT.denied}
`;

/** What \`said\` of tar, which failed, means. */
const EXPLAIN_TAR = `
case $said in
  *'No space left'* | *'Wrote only'*) exit ${EXIT.diskFull} ;;
  *'Permission denied'*) exit ${EXIT.denied} ;;
esac
printf %s "$said" >&2
exit 1
`;

/**
 * Unpacks the archive that is the input in the folder $1, once {@link WHOLE} came at the descriptor 3. $2:
 * how tar treats owners; $3: a name for the archive. It loses that at once, so that nothing of it stays,
 * whatever happens, and nobody puts another into its place.
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

/** The same of an archive whose parts arrive in the folder $4, as {@link TAKE_FILE_SCRIPT} has them; it needs no name. */
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
