import type { DiskSpace } from '../../engine-disk.ts';
import { fault } from '../../../core/errors.ts';

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

/**
 * Bytes or number of files; `late` if counting took too long, `unseen` if the gauge cannot access the
 * folders.
 */
export type Reading = number | 'late' | 'unseen';

export interface CountLimits {
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/** Measures the engine's disk. */
export interface Gauge {
  /** @throws ENGINE_UNREACHABLE, ENGINE_REFUSED */
  space(): Promise<DiskSpace>;
  /** Counts the bytes on disk of absolute folders, or their files and folders. `late` also if aborted. */
  count(what: 'bytes' | 'files', folders: readonly string[], limits: CountLimits): Promise<Reading>;
  /** Counts the bytes of deleted files that a container's processes keep open or mapped. */
  countOpenFiles(containerId: string, limits: CountLimits): Promise<Reading>;
  /** Whether it still answers. */
  isOpen(): boolean;
  close(): void;
}

/** Parses the last line of du's output, such as "8192\ttotal"; `unseen` for any other output. */
export function parseTotal(output: string): number | 'unseen' {
  const [, total] = /^(\d+)\ttotal$/m.exec(output) ?? [];
  return total === undefined ? 'unseen' : Number(total);
}

/** Values that systems report for a file system. */
type Counted = 'bsize' | 'blocks' | 'bavail' | 'files' | 'ffree';

export function spaceOf({ bsize, blocks, bavail, files, ffree }: Record<Counted, number>): DiskSpace {
  return {
    totalBytes: blocks * bsize,
    freeBytes: bavail * bsize,
    ...(files > 0 && { files: { total: files, free: ffree } }),
  };
}

/**
 * Parses the output of `stat --file-system --format="%S %b %a %c %d"`.
 * @throws ENGINE_REFUSED for any other output
 */
export function parseSpace(output: string): DiskSpace {
  const line = /^(\d+) (\d+) (\d+) (\d+) (\d+)\s*$/.exec(output);
  if (!line) throw fault('ENGINE_REFUSED', { problem: `stat printed: ${output}` });
  const [bsize = 0, blocks = 0, bavail = 0, files = 0, ffree = 0] = line.slice(1).map(Number);
  return spaceOf({ bsize, blocks, bavail, files, ffree });
}
