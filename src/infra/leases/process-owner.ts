import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Tells this run of the process from others that had, or will have, the same process id. */
const RUN = randomUUID();

/** Where our process id means something: see {@link nameProcessSpace}. */
export const PROCESS_SPACE = nameProcessSpace();

/** A name under which this process claims work, different at each call: process space, process id, run. */
export function nameOwner(): string {
  return [PROCESS_SPACE, process.pid, RUN, randomUUID()].join('/');
}

/**
 * Whether the process that claimed as `owner` is surely gone: one of this process space that runs no
 * more, or an earlier one under our own process id. Of other spaces nothing is known, even on this
 * host: their claims run out.
 */
export function isSurelyGone(owner: string): boolean {
  const [, pid, run] = owner.split('/');
  if (!isOfThisSpace(owner)) return false;
  return Number(pid) === process.pid ? run !== RUN : !isRunning(Number(pid));
}

/** Whether the process of that name is, or was, where our own process ids mean something. */
function isOfThisSpace(owner: string): boolean {
  return owner.startsWith(`${PROCESS_SPACE}/`);
}

/**
 * Boot and process namespace, in which one process id is one process. Cloned machines and containers
 * can have the same host name; only where the system tells nothing better does that name have to do.
 */
function nameProcessSpace(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}.${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Whether a process of this process space runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
