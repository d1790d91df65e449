import type { Clock } from '../../../core/clock.ts';
import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { WarmMaker } from './warm-maker.ts';
import type { WarmNeeds } from './warm-needs.ts';
import type { WarmRemoval } from './warm-removal.ts';
import type { WarmStore } from './warm-store.ts';

/** The environments of one lab that were prewarmed. */
export interface WarmPoolView {
  labSlug: string;
  /** How many can be taken now, are being made, and are to be there. */
  ready: number;
  making: number;
  wanted: number;
}

/** Use cases of prewarmed environments. */
export interface WarmService {
  /** One for each lab that has any, by slug. For instructors and admins. */
  list(actor: Actor | undefined): Promise<WarmPoolView[]>;
  /**
   * Removes those of the lab; more are made once somebody starts it, or at the next time of its
   * schedule. How many leave. For admins, with the scope "manage". @throws LAB_NOT_FOUND, LAB_INVALID
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
        return { labSlug: slug, ready: count('ready'), making: count('making'), wanted: need.wanted };
      })
      .sort((one, other) => (one.labSlug < other.labSlug ? -1 : 1));
  }

  return {
    /** For metrics. */
    view,

    list(actor) {
      requireActor(actor, { scope: 'read', role: 'instructor' });
      return view();
    },

    async drain(actor, lab) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const left = await store.drain(catalogue.get(lab).slug, clock.now());
      maker.abandon(left);
      removal.wake();
      return left.length;
    },
  };
}
