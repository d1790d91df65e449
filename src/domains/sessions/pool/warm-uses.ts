import type { Clock } from '../../../core/clock.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import { isWarm } from './warm-start.ts';
import type { WarmStore } from './warm-store.ts';

/** Time during which starts of a lab lead to one write, in milliseconds: idleness is counted in minutes. */
const NOTE_EVERY_MS = 30_000;

/** Notes which labs are in use. */
export function createWarmUses(options: { store: Pick<WarmStore, 'need'>; clock: Clock; logger: Log }) {
  const { store, clock, logger } = options;
  /** When a lab's use was last noted here, by slug. */
  const noted = new Map<string, number>();

  return {
    /** Somebody has started the lab. */
    note({ slug, warm }: Pick<Lab, 'slug' | 'warm'>): void {
      const now = clock.now();
      if (!isWarm(warm) || now.getTime() < (noted.get(slug) ?? 0) + NOTE_EVERY_MS) return;
      noted.set(slug, now.getTime());
      store.need(slug, now).catch((error: unknown) => {
        noted.delete(slug);
        logger.warn({ err: error, lab: slug }, 'The use of a lab could not be noted.');
      });
    },
    /** The next start of the lab is noted whatever was before. */
    forget: (slug: string) => void noted.delete(slug),
  };
}
