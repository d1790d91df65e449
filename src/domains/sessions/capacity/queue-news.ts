import type { Clock } from '../../../core/clock.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { Planned } from './admission.ts';

/** Shortest time between two rounds of news, in milliseconds: places change with each session that comes or goes. */
const TOLD_EVERY_MS = 1_000;

/** Sessions told in one round; the others are told in the next. */
const TOLD_AT_ONCE = 100;

export type QueueNews = ReturnType<typeof createQueueNews>;

/** Tells those in the queue that their place, or what they wait for, has changed. */
export function createQueueNews(options: {
  changer: Pick<SessionChanger, 'tell'>;
  clock: Pick<Clock, 'now'>;
}) {
  const { changer, clock } = options;
  /** What each was told last: no more entries than sessions in the queue. */
  let told = new Map<string, string>();
  let nextAt = 0;

  return {
    /** The queue as it is now, begun ones left out. */
    tell(queue: readonly Pick<Planned, 'row' | 'verdict'>[]): void {
      const now = clock.now().getTime();
      if (now < nextAt) return;
      const before = told;
      told = new Map();
      let news = 0;
      for (const [index, { row, verdict }] of queue.entries()) {
        const known = before.get(row.id);
        const state = `${index} ${verdict}`;
        const isNews = known !== state;
        if (isNews && news === TOLD_AT_ONCE) {
          if (known !== undefined) told.set(row.id, known);
          continue;
        }
        told.set(row.id, state);
        if (!isNews) continue;
        news += 1;
        changer.tell(row);
      }
      if (news > 0) nextAt = now + TOLD_EVERY_MS;
    },
  };
}
