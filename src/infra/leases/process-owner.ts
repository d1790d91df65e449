import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Distinguishes this run of the process from other runs with the same process id. */
const RUN = randomUUID();

/** Identifies the scope in which this process's id is unique: see {@link readProcessSpace}. */
export const PROCESS_SPACE = readProcessSpace();

/** Returns a new name under which this process owns leases: process space, process id, run, and a random part. */
export function newOwner(): string {
  return [PROCESS_SPACE, process.pid, RUN, randomUUID()].join('/');
}

/**
 * Returns whether the process named `owner` has certainly ended. That is known for processes of this process space,
 * and for earlier ones with this process's id. It is unknown for other spaces, even on the same host: their leases
 * must expire.
 */
export function isOwnerGone(owner: string): boolean {
  const [, pid, run] = owner.split('/');
  if (!owner.startsWith(`${PROCESS_SPACE}/`)) return false;
  return Number(pid) === process.pid ? run !== RUN : !isRunning(Number(pid));
}

/**
 * Returns the boot id and the process namespace: within both, a process id names one process. Cloned hosts and
 * containers can have the same host name, so the host name is used only if the system provides nothing better.
 */
function readProcessSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}.${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Returns whether a process with this id runs in this process space. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process belongs to another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
