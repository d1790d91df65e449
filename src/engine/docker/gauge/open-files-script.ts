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
