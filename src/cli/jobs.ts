import { availableParallelism } from 'node:os';
import { fault } from '../core/errors.ts';

/** Maximum number of simultaneous environments: more only slow down the engine. */
const MAX_JOBS = 64;
/** Default on a host with many processors: the machines of labs also need memory. */
const DEFAULT_MAX_JOBS = 4;

/** Returns the number of simultaneous environments for `--jobs`, or the default for this host. @throws INPUT_INVALID */
export function jobsOf(given: string | undefined): number {
  if (given === undefined) return Math.min(availableParallelism(), DEFAULT_MAX_JOBS);
  const jobs = Number(given);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= MAX_JOBS) return jobs;
  throw fault('INPUT_INVALID', { problem: `--jobs must be a number from 1 to ${MAX_JOBS}.` });
}
