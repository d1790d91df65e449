import { createHash } from 'node:crypto';
import { bitsOf, newId } from '../../core/ids.ts';
import { isRunning, PROCESS_SPACE } from '../../infra/leases/process-owner.ts';

/** What tests of labs make on an engine is told by this from what sessions are made of: no service touches it. */
export const LAB_TESTS_INSTALLATION = 'lab-tests';

/**
 * An environment of a test is known by its id alone: whose it is and since when is in it, since there is
 * no database to note it in.
 */
const ID = /^test-([0-9a-f]{12})-(\d+)-([0-9a-hjkmnp-tv-z]{26})$/;

/** Longest life of such an environment, in milliseconds: its test ends well before. */
const LONGEST_LIFE_MS = 2 * 60 * 60_000;

/** Bits of an id behind its time. */
const RANDOM_BITS = 80n;

const SPACE = createHash('sha256').update(PROCESS_SPACE).digest('hex').slice(0, 12);

/** An id for an environment of this process. */
export function newTestEnvironmentId(): string {
  return `test-${SPACE}-${process.pid}-${newId()}`;
}

/** Whether the environment is one of that process, which runs, or ran, beside this one. Pure. */
export function isOfProcess(environmentId: string, pid: number): boolean {
  return ID.test(environmentId) && environmentId.startsWith(`test-${SPACE}-${pid}-`);
}

/**
 * Whether the environment is one that a test left: its process runs no more, or is not of ours and the
 * environment is older than any test takes. Pure but for the look at processes.
 */
export function isLeftover(environmentId: string, now: Date): boolean {
  const [, space, pid, id] = ID.exec(environmentId) ?? [];
  if (space === undefined || pid === undefined || id === undefined) return false;
  const madeAt = Number(bitsOf(id) >> RANDOM_BITS);
  if (now.getTime() - madeAt > LONGEST_LIFE_MS) return true;
  return space === SPACE && Number(pid) !== process.pid && !isRunning(Number(pid));
}
