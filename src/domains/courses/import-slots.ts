import { createCounts } from '../../core/counts.ts';
import { fault } from '../../core/errors.ts';
import { createQueue } from '../../core/queue.ts';

/** Imports of rosters at the same time in this process: each holds a file in memory and writes thousands of rows. */
const ALL_IMPORTS = 4;
/** Seconds after which a refused user should try again: a large import takes some. */
const RETRY_SECONDS = 10;

/** Limits imports: a user has one at a time, and further users wait until one of a few slots is free. */
export function createImportSlots(limit = ALL_IMPORTS) {
  const users = createCounts();
  const queue = createQueue(limit);
  return {
    /** Runs an import in a slot. @throws RATE_LIMITED if the user has one already, and the errors of `work` */
    async run<T>(userId: string, work: () => Promise<T>): Promise<T> {
      if (users.of(userId) > 0) throw fault('RATE_LIMITED', { seconds: RETRY_SECONDS });
      users.add(userId);
      try {
        return await queue.run(work);
      } finally {
        users.remove(userId);
      }
    },
  };
}
