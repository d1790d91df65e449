import { createAssignedWork } from './assigned-work.ts';
import type { AssignedWork } from './assigned-work.ts';
import { createAdmissions } from './capacity/create-admissions.ts';
import { createSessionLeaseStore } from './provisioning/session-lease-store.ts';
import type { SessionLeaseStore } from './provisioning/session-lease-store.ts';
import { createDisk } from './disk/create-disk.ts';
import { createLifetimeStore } from './lifetime-store.ts';
import type { LifetimeStore } from './lifetime-store.ts';
import { newOwner } from '../../infra/leases/process-owner.ts';
import { createSaves } from './saves/create-saves.ts';
import type { Saves } from './saves/create-saves.ts';
import { createSessionChanger } from './session-changes.ts';
import type { SessionChanger } from './session-changes.ts';
import { createSessionEnd, createSessionExtend } from './session-end.ts';
import { createSessionService } from './session-service.ts';
import { createSessionStart, createStartLookup } from './session-start.ts';
import { createSessionStore } from './session-store.ts';
import type { SessionStore, SessionRow } from './session-store.ts';
import type { Sessions, SessionsOptions } from './sessions-options.ts';
import { createSubnetPool, createSubnetAllocator } from './provisioning/subnet-pool.ts';
import type { SubnetPool } from './provisioning/subnet-pool.ts';
import { createSubnetStore } from './provisioning/subnet-store.ts';
import type { SubnetStore } from './provisioning/subnet-store.ts';
import { createEnvironmentBuilder, createLabProvision } from './provisioning/environment-builder.ts';
import { createProvisioner } from './provisioning/provisioner.ts';
import type { Provisioner } from './provisioning/provisioner.ts';
import { createProvisioning } from './provisioning/provisioning.ts';
import { createWarm } from './pool/create-warm.ts';
import type { Warm } from './pool/create-warm.ts';
import { createComparison } from './reconcile/reconciler.ts';
import { createEngineWatcher, createPeriodicWork, createAdoption } from './reconcile/maintenance.ts';
import { createLifetimes } from './lifetimes.ts';
import { createTeardown } from './reconcile/teardown.ts';

/** Creates all components of sessions. @throws CONFIG_INVALID for a subnet pool that is too small */
export function createSessions(options: SessionsOptions): Sessions {
  const { database, events, clock, catalogue, log, warningMinutes } = options;
  const owner = newOwner();
  const work = { started: false };
  const wakeTeardown = () => work.started && teardown.wake();
  const wakeProvisioner = () => work.started && provisioner.wake();
  const store = createSessionStore({ database });
  const leases = createSessionLeaseStore({ database });
  const lifetimeStore = createLifetimeStore({ database });
  const changer = createSessionChanger({ events, store, log });
  const pool = createSubnetPool({ cidr: options.subnetPool, clock });
  const subnets = createSubnetStore({ database });
  const parts = { ...options, store, leases, changer, subnets, owner };
  const diskEvents = { onDiskFree: wakeProvisioner, onEnded: wakeTeardown };
  const disk = createDisk({ ...parts, ...diskEvents, isSavedAtEnd: (row) => saves.isSavedAtEnd(row) });
  const admissions = createAdmissions({ ...parts, pool, disk });
  const { limitOf, limitForStart, queue, engineCapacity } = admissions;
  const assignedWork = createAssignedWork({ rules: options.assignmentRules, clock });
  const labFor = createStartLookup({ catalogue, assignedWork });
  const saves = createSaves({
    ...parts,
    assignedWork,
    labFor,
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
    assignedWork,
    pool,
    admissions,
    savedMachines: saves.machines,
    onSettled: wakeTeardown,
  });
  const { teardown, comparison, lifetimes, periodicWork, watcher } = createMaintenance({
    ...parts,
    lifetimeStore,
    assignedWork,
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
      labFor,
      assignedWork,
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
    assignedWork,
    workAccess: options.workAccess,
  });

  const unlisten: (() => void)[] = [];
  return {
    service,
    warm: warm.service,
    saves: saves.service,
    start() {
      work.started = true;
      unlisten.push(
        events.listen('session.changed', ({ sessionId, generation }) => {
          provisioner.changed(sessionId, generation);
          saves.changed(sessionId, generation);
        }),
        events.listen('course.changed', ({ courseId }) =>
          periodicWork.run('changed terms not applied', () => lifetimes.courseChanged(courseId)),
        ),
      );
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
      for (const end of unlisten) end();
      watcher.stop();
      // All are stopped before any is awaited: the engine may delay one of them.
      const parts = [saves, periodicWork, disk, comparison, provisioner, teardown, warm];
      const ends = parts.map((part) => part.stop());
      await Promise.allSettled(ends);
      await Promise.all(ends);
    },
  };
}

/**
 * Creates the components that provision environments: for waiting sessions, and prewarmed ones. `onSettled` is called
 * when this process no longer works on a session.
 */
function createProvisioningParts(
  options: SessionsOptions & {
    store: SessionStore;
    leases: SessionLeaseStore;
    changer: SessionChanger;
    subnets: SubnetStore;
    pool: SubnetPool;
    admissions: ReturnType<typeof createAdmissions>;
    assignedWork: AssignedWork;
    savedMachines: Saves['machines'];
    owner: string;
    onSettled: () => void;
  },
) {
  const { engine, pool, subnets, pins, admissions, onSettled } = options;
  const { capacity, admission, notifier } = admissions;
  const allocator = createSubnetAllocator({ pool, subnets });
  const provisionLab = createLabProvision({ engine, allocator, pins });
  const warm = createWarm({
    ...options,
    make: createEnvironmentBuilder({ ...options, provision: provisionLab }),
    provision: provisionLab,
    mayPrewarm: async () => provisioner.freeSlots() > 0 && (await admission.isQuiet()),
    prewarmCheck: admission.prewarmCheck,
  });
  const provision = createProvisioning({
    ...options,
    make: warm.starts.make,
    timeoutSeconds: options.provisionTimeoutSeconds,
    onOutcome: options.onProvisioned ?? (() => undefined),
    onNoNetwork: capacity.networksExhausted,
  });
  const provisioner = createProvisioner({
    ...options,
    admission,
    notifier,
    warm: warm.starts,
    provision,
    concurrency: options.provisionConcurrency,
    onSettled() {
      onSettled();
      warm.wake();
    },
    evict: warm.eviction.evict,
  });
  return { warm, provisioner };
}

/**
 * Creates the components that keep sessions, engine and lifetimes consistent. `onFreed` is called when an environment was
 * removed, `onEnded` when there is something to tear down.
 */
function createMaintenance(
  options: SessionsOptions & {
    store: SessionStore;
    leases: SessionLeaseStore;
    changer: SessionChanger;
    subnets: SubnetStore;
    lifetimeStore: LifetimeStore;
    assignedWork: AssignedWork;
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
