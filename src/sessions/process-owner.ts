import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** Tells this run of the process from others that had, or will have, the same process id. */
const RUN = randomUUID();

/** A name under which this process claims work, different at each call: host, process id, run. */
export function nameOwner(): string {
  return [hostname(), process.pid, RUN, randomUUID()].join('/');
}

/**
 * Whether the process that claimed as `owner` is surely gone: one of this host that runs no more,
 * or an earlier one under our own process id, as after a container was started again. Of other
 * hosts nothing is known: their claims run out.
 */
export function isSurelyGone(owner: string): boolean {
  const [host, pid, run] = owner.split('/');
  if (host !== hostname()) return false;
  return Number(pid) === process.pid ? run !== RUN : !isRunning(Number(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs as somebody else.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
