import type { Clock } from '../../../core/clock.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { Planned } from './admission.ts';

/** Shortest time between two rounds, in milliseconds: positions change with each session that comes or goes. */
const ROUND_EVERY_MS = 1_000;

/** Sessions notified in one round; the others are notified in the next. */
const ROUND_LIMIT = 100;

export type QueueNotifier = ReturnType<typeof createQueueNotifier>;

/** Notifies the learners of waiting sessions when the position, or the reason for waiting, has changed. */
export function createQueueNotifier(options: {
  changer: Pick<SessionChanger, 'notify'>;
  clock: Pick<Clock, 'now'>;
}) {
  const { changer, clock } = options;
  /** The last published state of each session in the queue. */
  let published = new Map<string, string>();
  let nextAt = 0;

  return {
    /** Compares the queue, without the sessions that have started, with what was published. */
    notify(queue: readonly Pick<Planned, 'row' | 'verdict'>[]): void {
      const now = clock.now().getTime();
      if (now < nextAt) return;
      const before = published;
      published = new Map();
      let count = 0;
      for (const [index, { row, verdict }] of queue.entries()) {
        const known = before.get(row.id);
        const state = `${index} ${verdict}`;
        const hasChanged = known !== state;
        if (hasChanged && count === ROUND_LIMIT) {
          if (known !== undefined) published.set(row.id, known);
          continue;
        }
        published.set(row.id, state);
        if (!hasChanged) continue;
        count += 1;
        changer.notify(row);
      }
      if (count > 0) nextAt = now + ROUND_EVERY_MS;
    },
  };
}
