import type { Clock } from '../../../core/clock.ts';
import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { WarmMaker } from './warm-maker.ts';
import type { WarmNeeds } from './warm-plan.ts';
import type { WarmRemoval } from './warm-removal.ts';
import type { WarmStore } from './warm-store.ts';

/** The prewarmed environments of one lab. */
export interface WarmPoolView {
  labSlug: string;
  /** How many are ready, are being created, and are needed. */
  ready: number;
  creating: number;
  wanted: number;
}

/** Use cases of prewarmed environments. */
export interface WarmService {
  /** Returns the pools of all labs, sorted by slug. For instructors and admins. */
  list(actor: Actor | undefined): Promise<WarmPoolView[]>;
  /**
   * Removes the lab's environments and returns how many. More are created once a learner starts the lab, or for the next
   * scheduled time. For admins with the scope "manage". @throws LAB_NOT_FOUND, LAB_INVALID
   */
  drain(actor: Actor | undefined, lab: string): Promise<number>;
}

export function createWarmService(options: {
  store: Pick<WarmStore, 'all' | 'pools' | 'drain'>;
  needs: Pick<WarmNeeds, 'of'>;
  catalogue: Pick<LabCatalogue, 'get'>;
  maker: Pick<WarmMaker, 'abandon'>;
  removal: Pick<WarmRemoval, 'wake'>;
  clock: Clock;
}): WarmService & { view(): Promise<WarmPoolView[]> } {
  const { store, needs, catalogue, maker, removal, clock } = options;

  async function view(): Promise<WarmPoolView[]> {
    const needed = needs.of(await store.pools());
    const present = await store.all();
    return needed
      .map(({ lab: { slug, version }, need }) => {
        const ofLab = present.filter(({ labSlug, labVersion }) => labSlug === slug && labVersion === version);
        const count = (wanted: string) => ofLab.filter(({ state }) => state === wanted).length;
        return { labSlug: slug, ready: count('ready'), creating: count('creating'), wanted: need.wanted };
      })
      .sort((one, other) => (one.labSlug < other.labSlug ? -1 : 1));
  }

  return {
    /** Returns the pools, for metrics. */
    view,

    list(actor) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      return view();
    },

    async drain(actor, lab) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const removed = await store.drain(catalogue.get(lab).slug, clock.now());
      maker.abandon(removed);
      removal.wake();
      return removed.length;
    },
  };
}
