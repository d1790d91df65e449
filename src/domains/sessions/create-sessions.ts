import { createHiddenOwners } from './access.ts';
import { createAdminStore } from './admin-store.ts';
import { createAdmissions } from './capacity/create-admissions.ts';
import { createSessionLeaseStore } from './provisioning/session-lease-store.ts';
import { createDisk } from './disk/create-disk.ts';
import { createLifetimeStore } from './lifetime-store.ts';
import { newOwner } from '../../infra/leases/process-owner.ts';
import { createProvisioningParts } from './provisioning/create-provisioning.ts';
import { createMaintenance } from './reconcile/create-maintenance.ts';
import { createSaves } from './saves/create-saves.ts';
import { createSessionChanger } from './session-changes.ts';
import { createSessionEnd, createSessionExtend } from './session-end.ts';
import { createSessionService } from './session-service.ts';
import { createSessionStart } from './session-start.ts';
import { createSessionStore } from './session-store.ts';
import type { Sessions, SessionsOptions } from './sessions-options.ts';
import { createSubnetPool } from './provisioning/subnet-pool.ts';
import { createSubnetStore } from './provisioning/subnet-store.ts';

/** Creates all components of sessions. @throws CONFIG_INVALID for a subnet pool that is too small */
export function createSessions(options: SessionsOptions): Sessions {
  const { database, events, clock, catalogue, logger, warningMinutes } = options;
  const owner = newOwner();
  const work = { started: false };
  const wakeTeardown = () => work.started && teardown.wake();
  const wakeProvisioner = () => work.started && provisioner.wake();
  const store = createSessionStore({ database });
  const hiddenFrom = createHiddenOwners(createAdminStore({ database }));
  const leases = createSessionLeaseStore({ database });
  const lifetimeStore = createLifetimeStore({ database });
  const changer = createSessionChanger({ events, store, logger });
  const pool = createSubnetPool({ cidr: options.subnetPool, clock });
  const subnets = createSubnetStore({ database });
  const parts = { ...options, hiddenFrom, store, leases, changer, subnets, owner };
  const diskEvents = { onDiskFree: wakeProvisioner, onEnded: wakeTeardown };
  const disk = createDisk({ ...parts, ...diskEvents, isSavedAtEnd: (row) => saves.isSavedAtEnd(row) });
  const admissions = createAdmissions({ ...parts, pool, disk });
  const { limitOf, limitForStart, queue, engineCapacity } = admissions;
  const saves = createSaves({
    ...parts,
    limitOf,
    saveCapacity: disk.saveCapacity,
    onEnded: wakeTeardown,
    onGivenUp: () => work.started && comparison.wake(),
    onQueued: () => {
      wakeTeardown();
      wakeProvisioner();
    },
  });
  const { warm, provisioner } = createProvisioningParts({
    ...parts,
    pool,
    admissions,
    savedMachines: saves.machines,
    onSettled: wakeTeardown,
  });
  const { teardown, comparison, lifetimes, periodicWork, watcher } = createMaintenance({
    ...parts,
    lifetimeStore,
    provisioner,
    saves,
    warm,
    isPausedForDisk: disk.isPaused,
    onFreed: wakeProvisioner,
    onEnded: wakeTeardown,
  });

  const service = createSessionService({
    store,
    startSession: createSessionStart({
      store,
      changer,
      catalogue,
      clock,
      limitForStart,
      onRequested: (lab) => {
        wakeProvisioner();
        warm.used(lab);
      },
    }),
    queue,
    ends: createSessionEnd({ store, changer, clock, onEnded: wakeTeardown }),
    extendSession: createSessionExtend({ store, lifetimes: lifetimeStore, changer, clock, warningMinutes }),
    repairs: comparison.repairs,
    lifetimes,
    hiddenFrom,
  });

  let unlisten: (() => void) | undefined;
  return {
    service,
    warm: warm.service,
    saves: saves.service,
    start() {
      work.started = true;
      unlisten = events.listen('session.changed', ({ sessionId, generation }) => {
        provisioner.changed(sessionId, generation);
        saves.changed(sessionId, generation);
      });
      watcher.start();
      periodicWork.start();
      warm.start();
      disk.start();
    },
    countByState: store.countByState,
    countWarm: warm.view,
    disk: disk.latest,
    engineCapacity,
    capacityChanged: () => work.started && provisioner.wake(),
    reconcile: comparison.flush,
    flushUses: lifetimes.settle,
    async stop() {
      unlisten?.();
      watcher.stop();
      // All are stopped before any is awaited: the engine may delay one of them.
      const parts = [saves, periodicWork, disk, comparison, provisioner, teardown, warm];
      const ends = parts.map((part) => part.stop());
      await Promise.allSettled(ends);
      await Promise.all(ends);
    },
  };
}
