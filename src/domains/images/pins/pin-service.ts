import { fault } from '../../../core/errors.ts';
import { requireActor } from '../../identity/actor.ts';
import type { PinStore } from './pin-store.ts';
import type { PinService } from './pin.ts';

/** Creates the pin service for admins. `hasLab` returns whether a lab exists. */
export function createPinService({
  store,
  hasLab,
}: {
  store: PinStore;
  hasLab: (slug: string) => boolean;
}): PinService {
  return {
    async list(actor, lab) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      const pins = await store.ofLab(lab);
      if (pins.length === 0 && !hasLab(lab)) throw fault('LAB_NOT_FOUND', { lab });
      return pins;
    },

    async repin(actor, lab) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const forgotten = await store.forget(lab);
      if (forgotten === 0 && !hasLab(lab)) throw fault('LAB_NOT_FOUND', { lab });
      return forgotten;
    },
  };
}
