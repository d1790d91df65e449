import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import { createExec } from './machine-user.ts';
import type { Leader } from '../exec/shell-leader.ts';
import { waitForExit } from '../exec/exec-output.ts';
import { LABEL } from '../labels.ts';

/**
 * Ends processes from inside a machine. It uses only plain sh and /proc, so it works in the smallest image.
 * Arguments: the leader's pid, its start time, and a mark.
 *
 * Without a mark it closes a terminal like a hang-up: SIGHUP to the whole terminal session, then SIGKILL
 * after a second. Background jobs that ignore SIGHUP (nohup) and processes that left the session (setsid)
 * keep running: their user wants them to outlive the terminal. The leader's own group is not a background
 * job. If the leader itself ignores SIGHUP, its jobs only inherited that and are ended too.
 *
 * With a mark it immediately ends the leader's session and every process with the mark in its environment,
 * without exception.
 *
 * Fields of /proc/<pid>/stat after the command's name: 1 state, 3 process group, 4 session, 6 the terminal's
 * foreground group, 20 start time.
 */
export const ENDING_SCRIPT = `
exec 2>/dev/null
leader=$1 start=$2 mark=$3 spared=' '

if [ -n "$leader" ] && read -r line </proc/"$leader"/stat; then
  set -- \${line##*) }
  [ "\${20}" = "$start" ] || [ -n "$mark" ] || exit 0
  [ "\${20}" = "$start" ] || leader=
fi

marked() {
  while IFS= read -r entry || [ -n "$entry" ]; do
    case $entry in *"$mark"*) return 0 ;; esac
  done <"$1/environ"
  return 1
}

ignores_hangup() {
  while read -r key value rest; do
    if [ "$key" = SigIgn: ]; then
      case $value in *[13579bdf]) return 0 ;; esac
      return 1
    fi
  done <"$1/status"
  return 1
}

find_members() {
  members= running=
  for folder in /proc/[0-9]*; do
    pid=\${folder#/proc/}
    read -r line <"$folder/stat" || continue
    set -- \${line##*) }
    case $1 in [ZX]) continue ;; esac
    if [ "$4" != "$leader" ]; then
      [ -n "$mark" ] || continue
      marked "$folder" || continue
    elif [ -z "$mark" ]; then
      case $spared in *" $3 "*) continue ;; esac
      if [ -z "$surveyed$deaf" ] && [ "$3" != "$leader" ] && [ "$3" != "$6" ] && ignores_hangup "$folder"; then
        spared="$spared$3 "
        continue
      fi
    fi
    members="$members $pid"
    [ "$1" = T ] || running="$running $pid"
  done
  surveyed=yes
  [ -n "$members" ]
}

# Checks only processes that were already found, so that waiting is cheap among many others.
any_left() {
  for pid in $members; do
    read -r line </proc/"$pid"/stat || continue
    set -- \${line##*) }
    case $1 in [ZX]) ;; *) return 0 ;; esac
  done
  return 1
}

# Jobs that ignore SIGHUP because their shell does are not meant to outlive it.
deaf=
[ -n "$mark" ] || ! ignores_hangup "/proc/$leader" || deaf=yes
surveyed=
find_members || exit 0
if [ -z "$mark" ]; then
  kill -HUP $members
  kill -CONT $members
  tries=0
  while any_left && [ $tries -lt 20 ]; do
    sleep 0.05 || break
    tries=$((tries + 1))
  done
fi

# Stops processes first: a fork bomb can be faster than the listing, but stopped processes fill its limit.
tries=0
while find_members && [ -n "$running" ] && [ $tries -lt 20 ]; do
  kill -STOP $running
  tries=$((tries + 1))
done
tries=0
while find_members && [ $tries -lt 50 ]; do
  kill -KILL $members
  tries=$((tries + 1))
  [ $tries -lt 3 ] || sleep 0.02
done
[ -z "$members" ]
`;

/** The script's own waits add up to under 3 s; after this time the machine is stuck. */
const ENDING_TIMEOUT_MS = 15_000;

/** How often to raise the process limit: a fork bomb can use the added processes before the script does. */
const ATTEMPTS = 5;

/** The processes to end; see {@link ENDING_SCRIPT} for the two modes. */
interface Ending {
  leader: Leader | undefined;
  /** Text in the environment of all processes to end, in whatever session they are now. */
  mark?: string;
  /**
   * The user that started the processes and now ends them: in a machine without capabilities no other user
   * may. Never a value that the machine reported. Undefined for the container's default user.
   */
  user: string | undefined;
}

/** Creates an environment variable for an exec that identifies it and all processes that it starts. */
export function newMark(): string {
  return `BERTH_RUN=${randomUUID()}`;
}

/** Ends processes in a machine. Succeeds if the machine is gone or stopped. */
export async function endInside(container: Docker.Container, ending: Ending): Promise<void> {
  try {
    if ((await runEnding(container, ending)) !== 'no-process') return;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if ((await withMoreProcesses(container, () => runEnding(container, ending))) !== 'no-process') return;
    }
    throw fault('ENGINE_REFUSED', {
      problem: 'the machine has no free process for the command that ends others',
    });
  } catch (error) {
    if (!isFault(error, 'CONTAINER_NOT_FOUND', 'MACHINE_NOT_RUNNING')) throw error;
  }
}

async function runEnding(container: Docker.Container, ending: Ending): Promise<'ended' | 'no-process'> {
  const { leader, mark = '', user } = ending;
  const process = leader ? [String(leader.pid), leader.startTime] : ['', ''];
  const options = {
    Cmd: ['/bin/sh', '-c', ENDING_SCRIPT, 'sh', ...process, mark],
    ...(user !== undefined && { User: user }),
    AttachStdout: true,
    AttachStderr: true,
  };
  const exec = await createExec(container, options);
  const stream = await call(() => exec.start({ hijack: true, stdin: true }));
  stream.on('error', () => stream.destroy()).resume();
  const timer = setTimeout(() => stream.destroy(), ENDING_TIMEOUT_MS);
  await new Promise((resolve) => stream.once('close', resolve));
  clearTimeout(timer);
  const exitCode = await waitForExit(container, exec);
  if (exitCode === 0) return 'ended';
  // The script itself exits with 0 or 1, or 2 if it cannot fork. Otherwise the engine could not start it.
  if (exitCode === 1 || exitCode === undefined) {
    throw fault('ENGINE_REFUSED', { problem: 'some processes could not be ended' });
  }
  return 'no-process';
}

/**
 * Processes by which the limit of a full machine is raised, so that the command that ends others can start.
 */
const ADDED_PROCESSES = 32;

/** Last queued task of each machine. Tasks run one at a time because each one resets the limit. */
const queues = new Map<string, Promise<unknown>>();

/** Runs `use` while the machine's process limit is raised by a few processes. */
export async function withMoreProcesses<T>(container: Docker.Container, use: () => Promise<T>): Promise<T> {
  const before = queues.get(container.id) ?? Promise.resolve();
  const task = before.then(
    () => raiseLimit(container, use),
    () => raiseLimit(container, use),
  );
  queues.set(container.id, task);
  try {
    return await task;
  } finally {
    if (queues.get(container.id) === task) queues.delete(container.id);
  }
}

async function raiseLimit<T>(container: Docker.Container, use: () => Promise<T>): Promise<T> {
  const { Config, HostConfig } = await call(() => container.inspect());
  // The original limit: the current one may still be raised after a crash.
  const PidsLimit = Number(Config.Labels[LABEL.pids] ?? HostConfig.PidsLimit);
  await call(() => container.update({ PidsLimit: PidsLimit + ADDED_PROCESSES }));
  try {
    return await use();
  } finally {
    await call(() => container.update({ PidsLimit }));
  }
}
