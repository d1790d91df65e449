/**
 * How a process inside a machine reports its identity. The engine returns only the host's process ids, and
 * cannot end an exec. So each command starts as a shell that prints one line, before any code of a learner
 * runs, and then executes the command.
 */

/** Longest announcement, in bytes: the fields of /proc/<pid>/stat are numbers of at most 20 digits. */
const MAX_ANNOUNCEMENT_BYTES = 2_048;
/** First byte of an announcement; no error message of the engine starts with it. */
const MARK = 0x01;
const NEWLINE = 0x0a;
/** Index of the start time in the fields of /proc/<pid>/stat after the command's name. */
const START_TIME_FIELD = 19;

const ANNOUNCE = `
read -r berth_line </proc/$$/stat
case $1 in
  */*) [ -x "$1" ] && [ ! -d "$1" ] ;;
  *) command -v "$1" >/dev/null ;;
esac || {
  printf '\\001!%s: not found, or not executable\\n' "$1"
  exit 127
}
printf '\\001%s %s\\n' "$$" "\${berth_line##*) }"
`;
/** Waits for a line, and marks the end of the line's echo by the terminal. */
const WAIT = "read -r berth_go\nprintf '\\001'\n";
const GO_HOME = 'cd 2>/dev/null\n';
/** Announces nothing if the program is missing. */
const needs = (program: string) => `
[ -x ${program} ] || {
  printf '\\001!%s: not there\\n' ${program}
  exit 127
}`;
const become = (through: readonly string[]) => `exec ${through.join(' ')} "$@"\n`;

/**
 * Returns the command that announces itself and then executes `command`: in its user's home directory with
 * `atHome`, and after it was sent a line with `waits`. With `through`, that program executes the command; its
 * arguments become part of the script, so they must be trusted.
 */
export function withAnnouncement(
  command: readonly string[],
  {
    atHome = false,
    waits = false,
    through = [],
  }: { atHome?: boolean; waits?: boolean; through?: readonly string[] | undefined } = {},
): string[] {
  const [program] = through;
  const before = (program ? needs(program) : '') + ANNOUNCE;
  const script = before + (waits ? WAIT : '') + (atHome ? GO_HOME : '') + become(through);
  return ['/bin/sh', '-c', script, 'sh', ...command];
}

/** A process in a machine, identified by its start time too: its number can be reused. */
export interface Leader {
  pid: number;
  /** Start time, in clock ticks since boot. */
  startTime: string;
}

export type Announcement =
  /** More bytes are needed. */
  | { state: 'partial' }
  /** The command runs; `rest` is the start of its own output. */
  | { state: 'started'; leader: Leader; rest: Buffer }
  /** It did not start. */
  | { state: 'failed'; problem: string };

/** Parses the announcement at the start of `bytes`. */
export function parseAnnouncement(bytes: Buffer): Announcement {
  if (bytes.length === 0) return { state: 'partial' };
  const end = bytes.indexOf(NEWLINE);
  if (bytes[0] !== MARK || (end < 0 && bytes.length > MAX_ANNOUNCEMENT_BYTES)) {
    // The engine's message about why there is no process.
    return { state: 'failed', problem: bytes.toString().trim() };
  }
  if (end < 0) return { state: 'partial' };
  const line = bytes.toString('utf8', 1, end).trimEnd();
  if (line.startsWith('!')) return { state: 'failed', problem: line.slice(1) };
  const [pid, ...stat] = line.split(' ');
  const leader = parseLeader(pid, stat[START_TIME_FIELD]);
  if (!leader) return { state: 'failed', problem: 'its announcement could not be read' };
  return { state: 'started', leader, rest: bytes.subarray(end + 1) };
}

/** Returns a waiting command's own output after the mark; undefined while the mark has not arrived. */
export function outputAfterMark(bytes: Buffer): { rest: Buffer } | undefined {
  const mark = bytes.indexOf(MARK);
  return mark < 0 ? undefined : { rest: bytes.subarray(mark + 1) };
}

/** Parses a leader that a machine reported; undefined for invalid numbers. */
export function parseLeader(pid = '', startTime = ''): Leader | undefined {
  if (!/^[1-9]\d{0,9}$/.test(pid) || !/^\d{1,20}$/.test(startTime)) return undefined;
  return { pid: Number(pid), startTime };
}

/** What is needed to end a shell: its leader, and the user that started it, which no machine can change. */
interface KnownShell {
  leader: Leader;
  /** The container's default user if undefined. */
  user?: string | undefined;
}

/** Returns a shell's handle, which can be stored. */
export function shellHandle({ leader: { pid, startTime }, user }: KnownShell): string {
  return `${pid}.${startTime}${user === undefined ? '' : `@${user}`}`;
}

/** Handles of earlier versions contain the user that the machine reported, which is not trusted. */
const EARLIER = /^(\d+):\d+:(\d+)(?:$|\/)/;

/** Parses the shell at the start of a handle; undefined for an invalid handle. */
export function parseHandle(handle: string): KnownShell | undefined {
  const [, pid, startTime, user] =
    /^(\d+)\.(\d+)(?:@([^/]+))?(?:$|\/)/.exec(handle) ?? EARLIER.exec(handle) ?? [];
  const leader = parseLeader(pid, startTime);
  return leader && { leader, user };
}
