import type { Clock } from '../../core/clock.ts';
import type { Engine } from '../../engine/engine.ts';
import { createHash } from 'node:crypto';
import { bitsOf, newId } from '../../core/ids.ts';
import { isRunning, PROCESS_SPACE } from '../../infra/leases/process-owner.ts';

/** Installation label of environments of lab tests. Services only touch environments with their own label. */
export const LAB_TESTS_INSTALLATION = 'lab-tests';

/** Ids of test environments contain the process and the time, because there is no database to store these. */
const ID = /^test-([0-9a-f]{12})-(\d+)-([0-9a-hjkmnp-tv-z]{26})$/;

/** Longest lifetime of such an environment, in milliseconds: tests end well before. */
const LONGEST_LIFE_MS = 2 * 60 * 60_000;

/** Number of random bits after the time of an id. */
const RANDOM_BITS = 80n;

const SPACE = createHash('sha256').update(PROCESS_SPACE).digest('hex').slice(0, 12);

/** Creates an id for an environment of this process. */
export function newTestEnvironmentId(): string {
  return `test-${SPACE}-${process.pid}-${newId()}`;
}

/** Whether the environment belongs to a process of this host and process namespace. Pure. */
export function isOfProcess(environmentId: string, pid: number): boolean {
  return ID.test(environmentId) && environmentId.startsWith(`test-${SPACE}-${pid}-`);
}

/**
 * Whether a test left the environment behind: its process has ended, or the environment is older than any test
 * runs. It only reads the process table.
 */
export function isLeftover(environmentId: string, now: Date): boolean {
  const [, space, pid, id] = ID.exec(environmentId) ?? [];
  if (space === undefined || pid === undefined || id === undefined) return false;
  const madeAt = Number(bitsOf(id) >> RANDOM_BITS);
  if (now.getTime() - madeAt > LONGEST_LIFE_MS) return true;
  return space === SPACE && Number(pid) !== process.pid && !isRunning(Number(pid));
}

/** Removes the environments of killed tests from the engine, and returns their number. */
export function removeLeftovers(
  engine: Pick<Engine, 'list' | 'destroy'>,
  clock: Pick<Clock, 'now'>,
): Promise<number> {
  return removeMatching(engine, (environmentId) => isLeftover(environmentId, clock.now()));
}

/** Removes the environments of a process from the engine, and returns their number. */
export function removeEnvironmentsOf(engine: Pick<Engine, 'list' | 'destroy'>, pid: number): Promise<number> {
  return removeMatching(engine, (environmentId) => isOfProcess(environmentId, pid));
}

async function removeMatching(
  engine: Pick<Engine, 'list' | 'destroy'>,
  matches: (environmentId: string) => boolean,
): Promise<number> {
  const found = (await engine.list()).filter(({ environmentId }) => matches(environmentId));
  await Promise.all(found.map(({ environmentId }) => engine.destroy(environmentId)));
  return found.length;
}
