/**
 * Prints the bytes of files that a container's processes hold open, or mapped, and that have no name any more: no walk
 * through folders finds them. Takes the container's id and a folder of the engine's disk; files elsewhere, such as
 * in memory, do not count. Its last line is like that of du.
 */
export const OPEN_FILES_SCRIPT = `
disk=$(stat -c %d "$2") || exit
grep -ls "$1" /proc/[0-9]*/cgroup | while read -r file; do
  process=\${file%/cgroup}
  root=$(stat -L -c %d "$process/root" 2>/dev/null) || continue
  find -L "$process/fd" "$process/map_files" -maxdepth 1 -type f -links 0 -printf "%D %i %b $root $disk\\n" 2>/dev/null
done | sort -u | awk '!seen[$1 " " $2]++ && ($1 == $4 || $1 == $5) { sum += $3 * 512 } END { printf "%.0f\\ttotal\\n", sum }'
`;
