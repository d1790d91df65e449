import type { Clock } from '../../../core/clock.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import { isWarm } from './warm-start.ts';
import type { WarmStore } from './warm-store.ts';

export type WarmAnnouncer = ReturnType<typeof createWarmAnnouncer>;

/** Tells the database of which versions of labs environments are made. */
export function createWarmAnnouncer(options: {
  store: Pick<WarmStore, 'announce' | 'pools' | 'retire'>;
  catalogue: Pick<LabCatalogue, 'all'>;
  clock: Clock;
}) {
  const { store, catalogue, clock } = options;
  /** What was last told of each lab: its version, or null for one that is gone. */
  const told = new Map<string, string | null>();

  return {
    /**
     * Tells of labs that are new here, or changed, or gone, and of these only: processes that read
     * the labs' folders at different times would otherwise undo what each other tells.
     */
    async announce(): Promise<void> {
      const labs = catalogue.all().filter(({ warm }) => isWarm(warm));
      for (const { slug, version } of labs) {
        if (told.get(slug) === version) continue;
        await store.announce({ slug, version }, clock.now());
        told.set(slug, version);
      }
      const here = new Set(labs.map(({ slug }) => slug));
      for (const { labSlug } of await store.pools()) {
        if (here.has(labSlug) || told.get(labSlug) === null) continue;
        await store.retire(labSlug);
        told.set(labSlug, null);
      }
    },
  };
}
