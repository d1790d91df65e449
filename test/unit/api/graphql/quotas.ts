import { requireActor } from '../../../../src/domains/identity/actor.ts';
import type { CapacityService } from '../../../../src/domains/sessions/capacity/engine-capacity.ts';
import type { QuotaService } from '../../../../src/domains/sessions/capacity/quota.ts';
import { at } from './world.ts';

/** Quotas with fixed values. */
export const quotaService: QuotaService = {
  async list(actor) {
    requireActor(actor, { scope: 'read', role: 'admin' });
    return [
      { subject: { learner: 'owner' }, sessions: 3, memoryBytes: undefined, updatedAt: at },
      { subject: { collection: 'beginnings' }, sessions: 3, memoryBytes: 2 ** 33, updatedAt: at },
    ];
  },
  async set(actor, { subject, sessions, memory }) {
    requireActor(actor, { scope: 'manage', role: 'admin' });
    return { subject, sessions, memoryBytes: memory === undefined ? undefined : 2 ** 33, updatedAt: at };
  },
  async remove(actor) {
    requireActor(actor, { scope: 'manage', role: 'admin' });
    return true;
  },
};

/** An engine with 8 GiB of memory, half of it in use, and an unknown disk. */
export const capacityService: CapacityService = {
  async get(actor) {
    requireActor(actor, { scope: 'read', role: 'admin' });
    return {
      memory: { totalBytes: 2 ** 33, budgetBytes: 2 ** 33, usedBytes: 2 ** 32 },
      disk: undefined,
      sessions: { limit: undefined, used: 3 },
      networks: { limit: 4096, used: 3 },
    };
  },
};
