/** The engine's folders in the helper. */
export const ENGINE_FOLDER = '/engine';

/** Seconds without a request after which the helper exits: a service sends one every second. */
const IDLE_S = 120;

/**
 * Program of the helper (bash). A request is one line: number, timeout in seconds, then `space`, `bytes` or
 * `files` with folders relative to the engine's, or `open` with a container's id. An answer is one line:
 * number, exit code of the command, and its last line of output. Counting runs in the background, in
 * processes that the helper's init reaps.
 */
export const GAUGE_SCRIPT = `
set -f
cd ${ENGINE_FOLDER} 2>/dev/null
answer() {
  local number=$1 output code
  shift
  output=$("$@" 2>/dev/null)
  code=$?
  echo "$number $code \${output##*$'\\n'}"
}
count() {
  local number=$1 seconds=$2 unit=$3 folder
  shift 3
  for folder; do
    [ -d "$folder" ] || { echo "$number 0 unseen"; return; }
  done
  answer "$number" timeout --signal=KILL "$seconds" du --summarize --total --one-file-system "$unit" -- "$@"
}
while IFS=' ' read -r -t ${IDLE_S} number seconds what folders; do
  case $what in
    space) answer "$number" timeout --signal=KILL "$seconds" stat --file-system --format='%S %b %a %c %d' / ;;
    bytes) ( count "$number" "$seconds" --block-size=1 $folders & ) ;;
    files) ( count "$number" "$seconds" --inodes $folders & ) ;;
    open) ( answer "$number" timeout --signal=KILL "$seconds" sh -c "$OPEN_FILES" sh "$folders" & ) ;;
  esac
done
`;

/**
 * Prints the bytes of deleted files that a container's processes keep open or mapped: no walk through folders
 * finds them. Takes the container's id. Files in memory do not count. Files of all other file systems
 * do, since a machine can mount some of its own over the engine's disk. Its last line is like that of du, or
 * `unseen` if the kernel denied access to a process.
 */
export const OPEN_FILES_SCRIPT = `
export LC_ALL=C
grep -ls "$1" /proc/[0-9]*/cgroup |
sed 's|\\(.*\\)/cgroup|\\1/fd \\1/map_files|' |
xargs -r sh -c 'exec find -L "$@" -maxdepth 1 -type f -links 0 -printf "%D %i %b %p\\n" 2>&1' sh |
sort -u -k1,1n -k2,2n | while read -r device inode blocks path; do
  case "$device $inode $blocks $path" in
    find:*Permission\\ denied) echo unseen ;;
    find:*) ;;
    *)
      if [ "$device" != "$known" ]; then
        known=$device
        kind=$(stat -f -c %T "$path" 2>/dev/null) || known=
      fi
      case $kind in
        tmpfs | ramfs | hugetlbfs) ;;
        *) echo "$blocks" ;;
      esac
      ;;
  esac
done | awk '$1 == "unseen" { unseen = 1; next } { sum += $1 * 512 } END { if (unseen) print "unseen"; else printf "%.0f\\ttotal\\n", sum }'
`;
