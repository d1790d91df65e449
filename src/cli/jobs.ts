import { availableParallelism } from 'node:os';
import { fault } from '../core/errors.ts';

/** Most environments at a time: beyond it an engine only gets slower for each. */
const MOST_JOBS = 64;
/** Of a machine with many processors, what it takes by itself: machines of labs have memory of their own. */
const USUAL_JOBS = 4;

/** Environments of `--jobs`; what the machine takes where nothing is given. @throws INPUT_INVALID */
export function jobsOf(given: string | undefined): number {
  if (given === undefined) return Math.min(availableParallelism(), USUAL_JOBS);
  const jobs = Number(given);
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= MOST_JOBS) return jobs;
  throw fault('INPUT_INVALID', { problem: `--jobs must be a number from 1 to ${MOST_JOBS}.` });
}
