import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import type { Engine } from '../engine/engine.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { ImagePins } from '../images/pin.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { Log } from '../log.ts';
import type { EngineRoomService } from './admission/engine-room.ts';
import { putAdmissionTogether } from './admission/put-together.ts';
import type { AdmissionOptions } from './admission/put-together.ts';
import { createSessionLimit } from './admission/session-limit.ts';
import { createClaimStore } from './claim-store.ts';
import { createComparison } from './comparison.ts';
import type { DiskState } from './disk/disk-watch.ts';
import { putDiskTogether } from './disk/put-together.ts';
import type { DiskOptions } from './disk/put-together.ts';
import { createEngineWatcher } from './engine-watcher.ts';
import { createEnvironmentMaker, createLabProvision } from './environment-maker.ts';
import { createLifetimeStore } from './lifetime-store.ts';
import { createLifetimes } from './lifetimes.ts';
import { nameOwner } from './process-owner.ts';
import { createProvisioner } from './provisioner.ts';
import { createProvisioning } from './provisioning.ts';
import { createSessionChanger } from './session-changes.ts';
import { createSessionEnd } from './session-end.ts';
import { createSessionExtend } from './session-extend.ts';
import { createSessionService } from './session-service.ts';
import { createSessionStart } from './session-start.ts';
import { createSessionStore } from './session-store.ts';
import { createSaves } from './saves/create-saves.ts';
import type { SaveService } from './saves/saved-state.ts';
import type { SessionService, SessionState } from './session.ts';
import { createSubnetLeases } from './subnet-leases.ts';
import { createSubnetPool } from './subnet-pool.ts';
import { createSubnetStore } from './subnet-store.ts';
import { createTakeover } from './takeover.ts';
import { createTeardown } from './teardown.ts';
import { createUpkeep } from './upkeep.ts';
import { createWarm } from './warm/create-warm.ts';
import type { WarmOptions } from './warm/create-warm.ts';
import type { WarmRoom } from './warm/warm-room.ts';
import type { WarmPoolView, WarmService } from './warm/warm-service.ts';

export interface SessionsOptions extends WarmOptions, AdmissionOptions, DiskOptions {
  database: Database;
  engine: Engine;
  events: EventBus;
  clock: Clock;
  catalogue: Pick<LabCatalogue, 'get' | 'version' | 'all'>;
  logger: Log;
  /** Which image each of a lab's names means for its version. */
  pins: Pick<ImagePins, 'resolve'>;
  /** CIDR of which each network gets a /28. */
  subnetPool: string;
  /** Most sessions of one learner that are active, or still on the engine. */
  sessionLimit: number;
  provisionTimeoutSeconds: number;
  warningMinutes: number;
  /** Whether sessions that end by themselves are saved. */
  saveOnEnd: boolean;
  /** Most bytes of one saved session, beyond the images of its lab. */
  saveLimitBytes: number;
  /** Days that one is kept. */
  saveDays: number;
  /** Told of each environment that became ready or failed, with the time since it was asked for. */
  onProvisioned?: (outcome: 'ready' | 'failed', seconds: number) => void;
}

export interface Sessions {
  service: SessionService;
  /** Environments made ahead. */
  warm: WarmService;
  /** The memory that they take, and giving it back. */
  warmRoom: WarmRoom;
  /** Sessions put away. */
  saves: SaveService;
  /**
   * Takes up what waits, and keeps sessions, engine and lifetimes in line from now on. Returns at
   * once. Without it this process only answers requests, and leaves the work to others.
   */
  start(): void;
  /** How many sessions there are in each state, for metrics. */
  countByState(): Promise<Partial<Record<SessionState, number>>>;
  /** The environments made ahead, by lab, for metrics. */
  countWarm(): Promise<WarmPoolView[]>;
  /** The engine's disk as it was last seen, for metrics. */
  disk(): DiskState | undefined;
  /** The room on the engine, for admins. */
  engineRoom: EngineRoomService;
  /** There may be more room than there was: looks whom to let in. */
  roomChanged(): void;
  /** Compares the engine with the database once, now; resolves when that is done. */
  reconcile(): Promise<void>;
  /** Writes the uses of sessions that were gathered: the last thing to do before the database closes. */
  noteUses(): Promise<void>;
  /** Ends all work, interrupted before this returns. Sessions go on running; what was being made waits for the next start. */
  stop(): Promise<void>;
}

/** All of sessions, put together. @throws CONFIG_INVALID for a subnet pool that is too small */
export function createSessions(options: SessionsOptions): Sessions {
  const { database, engine, events, clock, catalogue, logger, warningMinutes } = options;
  const owner = nameOwner();
  const work = { started: false };
  const wakeTeardown = () => work.started && teardown.wake();
  const wakeProvisioner = () => work.started && provisioner.wake();
  const store = createSessionStore({ database });
  const claims = createClaimStore({ database });
  const lifetimeStore = createLifetimeStore({ database });
  const changer = createSessionChanger({ events, store, logger });
  const pool = createSubnetPool({ cidr: options.subnetPool, clock });

  const subnets = createSubnetStore({ database });
  const parts = { store, claims, changer, subnets, engine, clock, owner, logger };
  const leases = createSubnetLeases({ pool, subnets });
  const provisionLab = createLabProvision({ engine, leases, pins: options.pins });
  const diskNews = { onRoom: wakeProvisioner, onEnded: wakeTeardown };
  const keepNow = (...session: Parameters<typeof saves.keepNow>) => saves.keepNow(...session);
  const disk = putDiskTogether({ ...options, ...diskNews, store, changer, keep: keepNow });
  const admissions = putAdmissionTogether({ ...options, pool, disk, changer });
  const { quotas, room, admission, queue, news, engineRoom } = admissions;
  const limitOf = createSessionLimit({ quotas, sessionLimit: options.sessionLimit });
  const saves = createSaves({
    ...options,
    store,
    changer,
    owner,
    limitOf,
    roomOnDisk: disk.roomForSaves,
    onEnded: wakeTeardown,
    onGivenUp: () => work.started && comparison.wake(),
    onQueued: () => {
      wakeTeardown();
      wakeProvisioner();
    },
  });
  const warm = createWarm({
    ...options,
    subnets,
    make: createEnvironmentMaker({
      provision: provisionLab,
      catalogue,
      claims,
      savedMachines: saves.machines,
    }),
    provision: provisionLab,
    mayMake: async () => provisioner.freePlaces() > 0 && (await admission.isQuiet()),
    roomFor: admission.roomAhead,
    owner,
  });
  const provision = createProvisioning({
    ...parts,
    make: warm.starts.make,
    timeoutSeconds: options.provisionTimeoutSeconds,
    onOutcome: options.onProvisioned ?? (() => undefined),
    onNoNetwork: room.networksExhausted,
  });
  const provisioner = createProvisioner({
    admission,
    news,
    claims,
    warm: warm.starts,
    changer,
    provision,
    clock,
    owner,
    logger,
    concurrency: options.provisionConcurrency,
    onSettled: () => {
      wakeTeardown();
      warm.wake();
    },
    giveRoom: warm.room.free,
  });
  const teardown = createTeardown({
    ...parts,
    provisioner,
    onFreed: wakeProvisioner,
  });
  const takeOverAbandoned = createTakeover({
    ...parts,
    provisioner,
  });

  const comparison = createComparison({ ...parts, warm: warm.compare, saves, onLost: wakeTeardown });
  const lifetimes = createLifetimes({
    lifetimes: lifetimeStore,
    changer,
    clock,
    warningMinutes,
    logger,
    keep: saves.keep,
    onEnded: wakeTeardown,
  });

  const upkeep = createUpkeep({
    clock,
    logger,
    provisioner,
    teardown,
    takeOverAbandoned,
    lifetimes,
    saves,
    compare: comparison.wake,
    engine,
  });
  const watcher = createEngineWatcher({
    engine,
    clock,
    onMachine: (id) =>
      upkeep.run('A machine could not be looked after.', async () => {
        await warm.compare.inspect(id);
        await comparison.repairs.inspect(id);
      }),
    onLost: () => upkeep.run('Sessions could not be marked unreachable.', comparison.engineLost),
    onReturned: () => {
      comparison.wake();
      teardown.retry();
      warm.retry();
    },
  });

  const service = createSessionService({
    store,
    startSession: createSessionStart({
      store,
      changer,
      catalogue,
      clock,
      limitOf,
      admission,
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
  });

  let unlisten: (() => void) | undefined;
  return {
    service,
    warm: warm.service,
    warmRoom: warm.room,
    saves: saves.service,
    start() {
      work.started = true;
      unlisten = events.listen('session.changed', ({ sessionId, generation }) => {
        provisioner.changed(sessionId, generation);
        saves.changed(sessionId, generation);
      });
      watcher.start();
      upkeep.start();
      warm.start();
      disk.start();
    },
    countByState: store.countByState,
    countWarm: warm.view,
    disk: disk.latest,
    engineRoom,
    roomChanged: () => work.started && provisioner.wake(),
    reconcile: comparison.flush,
    noteUses: lifetimes.settle,
    async stop() {
      unlisten?.();
      watcher.stop();
      // All are told to stop before any is waited for: the engine may keep one of them waiting.
      const parts = [saves, upkeep, disk, comparison, provisioner, teardown, warm];
      const ends = parts.map((part) => part.stop());
      await Promise.allSettled(ends);
      await Promise.all(ends);
    },
  };
}
