import type { Clock } from '../../../core/clock.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import { isWarm } from './warm-plan.ts';
import type { WarmStore } from './warm-store.ts';

/** Shortest time between two writes for one lab, in milliseconds: idle time is counted in minutes. */
const WRITE_EVERY_MS = 30_000;

export type WarmAnnouncer = ReturnType<typeof createWarmAnnouncer>;

/** Stores which versions of labs are prewarmed. */
export function createWarmAnnouncer(options: {
  store: Pick<WarmStore, 'announce' | 'pools' | 'retire'>;
  catalogue: Pick<LabCatalogue, 'all'>;
  clock: Clock;
}) {
  const { store, catalogue, clock } = options;
  /** What this process last stored for each lab: its version, or null for a removed lab. */
  const stored = new Map<string, string | null>();

  return {
    /**
     * Stores labs that this process sees as new, changed or removed, and only these. Processes that read the folders of
     * labs at different times would otherwise revert each other's changes.
     */
    async announce(): Promise<void> {
      const labs = catalogue.all().filter(({ warm }) => isWarm(warm));
      for (const { slug, version } of labs) {
        if (stored.get(slug) === version) continue;
        await store.announce({ slug, version }, clock.now());
        stored.set(slug, version);
      }
      const here = new Set(labs.map(({ slug }) => slug));
      for (const { labSlug } of await store.pools()) {
        if (here.has(labSlug) || stored.get(labSlug) === null) continue;
        await store.retire(labSlug);
        stored.set(labSlug, null);
      }
    },
  };
}

/** Stores when labs were last started. */
export function createWarmUses(options: { store: Pick<WarmStore, 'need'>; clock: Clock; log: Log }) {
  const { store, clock, log } = options;
  /** When this process last stored a start, by the lab's slug. */
  const stored = new Map<string, number>();

  return {
    /** Records that the lab was started. */
    record({ slug, warm }: Pick<Lab, 'slug' | 'warm'>): void {
      const now = clock.now();
      if (!isWarm(warm) || now.getTime() < (stored.get(slug) ?? 0) + WRITE_EVERY_MS) return;
      stored.set(slug, now.getTime());
      store.need(slug, now).catch((error: unknown) => {
        stored.delete(slug);
        log.warn({ err: error, lab: slug }, 'start of a lab not recorded');
      });
    },
    /** Makes the next start of the lab write again. */
    forget: (slug: string) => void stored.delete(slug),
  };
}
