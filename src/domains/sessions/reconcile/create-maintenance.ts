import type { SessionLeaseStore } from '../provisioning/session-lease-store.ts';
import { createComparison } from './reconciler.ts';
import { createEngineWatcher, createPeriodicWork, createAdoption } from './maintenance.ts';
import type { LifetimeStore } from '../lifetime-store.ts';
import { createLifetimes } from '../lifetimes.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import type { Saves } from '../saves/create-saves.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SessionsOptions } from '../sessions-options.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import { createTeardown } from './teardown.ts';
import type { Warm } from '../pool/create-warm.ts';

/**
 * Creates the components that keep sessions, engine and lifetimes consistent. `onFreed` is called when an environment was
 * removed, `onEnded` when there is something to tear down.
 */
export function createMaintenance(
  options: SessionsOptions & {
    store: SessionStore;
    leases: SessionLeaseStore;
    changer: SessionChanger;
    subnets: SubnetStore;
    lifetimeStore: LifetimeStore;
    provisioner: Provisioner;
    saves: Saves;
    warm: Warm;
    /** Whether a machine is paused because of its disk usage. */
    isPausedForDisk: (machine: SessionRow['machines'][number]) => boolean;
    owner: string;
    onFreed: () => void;
    onEnded: () => void;
  },
) {
  const { engine, clock, saves, warm, onEnded } = options;
  const teardown = createTeardown(options);
  const comparison = createComparison({ ...options, warm: warm.compare, onLost: onEnded });
  const lifetimes = createLifetimes({
    ...options,
    lifetimes: options.lifetimeStore,
    saveAtEnd: saves.saveAtEnd,
  });
  const periodicWork = createPeriodicWork({
    ...options,
    teardown,
    adoptAbandoned: createAdoption(options),
    lifetimes,
    compare: comparison.wake,
  });
  const watcher = createEngineWatcher({
    engine,
    clock,
    onMachine: (id) =>
      periodicWork.run('machine not repaired', async () => {
        await warm.compare.inspect(id);
        await comparison.repairs.inspect(id);
      }),
    onLost: () => periodicWork.run('sessions not marked unreachable', comparison.engineLost),
    onReturned: () => {
      comparison.wake();
      teardown.retry();
      warm.retry();
    },
  });
  return { teardown, comparison, lifetimes, periodicWork, watcher };
}
