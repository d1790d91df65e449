import { setTimeout } from 'node:timers/promises';
import { fault } from '../../core/errors.ts';
import { driverCause } from './driver-cause.ts';

/**
 * How often a transaction is tried. Each time, at least one of those in conflict commits, so this
 * is about how many may meet on one row; the pool lets ten run at once.
 */
const TRIES = 25;

/** Longest pause before the next try, in milliseconds. */
const LONGEST_PAUSE_MS = 200;

/**
 * Runs `attempt` again when the database undid it because of another transaction (serialization
 * failure or deadlock), after a random pause that grows.
 * @throws DATABASE_BUSY when it met a conflict every time.
 */
export async function retryingConflicts<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (driverCause(error)?.kind !== 'TransactionWriteConflict') throw error;
      if (tries === TRIES) throw fault('DATABASE_BUSY', {}, error);
    }
    await setTimeout(Math.random() * Math.min(5 * 2 ** tries, LONGEST_PAUSE_MS));
  }
}
