import type { Clock } from '../../../core/clock.ts';
import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { EnvironmentBuilder, LabProvision } from '../provisioning/environment-builder.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import { createWarmAnnouncer, createWarmUses } from './warm-labs.ts';
import { createWarmCompare, createWarmImages } from './warm-compare.ts';
import { createStartPause, createWarmFailures } from './warm-delays.ts';
import { createWarmMaker } from './warm-maker.ts';
import { createWarmNeeds } from './warm-plan.ts';
import { AT_ONCE, createWarmPool, createWarmEviction } from './warm-pool.ts';
import { createWarmRemoval } from './warm-removal.ts';
import { createWarmService } from './warm-service.ts';
import { createWarmShells } from './warm-shells.ts';
import { createWarmStart } from './warm-start.ts';
import type { WarmOutcome } from './warm-start.ts';
import { createWarmStore } from './warm-store.ts';

/** Options for prewarmed environments. */
export interface WarmOptions {
  /** Limit on the prewarmed environments of all labs together. */
  warmLimit: number;
  /** Minutes after its last start in which a lab counts as used. */
  warmIdleMinutes: number;
  /** How long before a scheduled time prewarming starts at the latest, in minutes. */
  warmAheadMinutes: number;
  /** Time zone of schedules, such as `Europe/Paris`. */
  timeZone: string;
  /** Called for each start of a lab with a pool; says whether it used a prewarmed environment. */
  onWarmStart?: (outcome: WarmOutcome) => void;
}

export type Warm = ReturnType<typeof createWarm>;

/** Creates the components of prewarmed environments. Nothing runs in the background before `start`. */
export function createWarm(
  options: WarmOptions & {
    database: Database;
    engine: Pick<
      Engine,
      | 'destroy'
      | 'inspect'
      | 'machineRevision'
      | 'pause'
      | 'unpause'
      | 'prepareShell'
      | 'isPrepared'
      | 'endShell'
    >;
    catalogue: Pick<LabCatalogue, 'all' | 'get' | 'version'>;
    subnets: Pick<SubnetStore, 'release'>;
    pins: Pick<ImagePins, 'agrees'>;
    make: EnvironmentBuilder;
    provision: LabProvision;
    mayPrewarm: (lab: Lab) => Promise<boolean>;
    /** Returns a check, for the admission transaction, whether the engine has capacity for an environment of the lab. */
    prewarmCheck: (lab: Lab) => Promise<(tx: Transaction) => Promise<boolean>>;
    provisionTimeoutSeconds: number;
    clock: Clock;
    owner: string;
    log: Log;
  },
) {
  const { database, engine, catalogue, subnets, make, provision, mayPrewarm, clock, owner, log } = options;
  let started = false;
  const store = createWarmStore({ database });
  const shells = createWarmShells({ engine, log });
  const failures = createWarmFailures({ clock });
  const images = createWarmImages(options);
  const rules = { zone: options.timeZone, idleMinutes: options.warmIdleMinutes };
  const needs = createWarmNeeds({
    catalogue,
    rules,
    aheadMinutes: options.warmAheadMinutes,
    atOnce: AT_ONCE,
    clock,
  });
  const wake = () => started && pool.wake();
  const removal = createWarmRemoval({
    store,
    subnets,
    engine,
    isCreating: (id) => maker.isCreating(id),
    clock,
    owner,
    log,
    onRemoved: wake,
  });
  const maker = createWarmMaker({
    store,
    catalogue,
    provision,
    prewarmCheck: options.prewarmCheck,
    shells,
    engine,
    discard: removal.discard,
    failures,
    clock,
    owner,
    timeoutSeconds: options.provisionTimeoutSeconds,
    log,
    onSettled: (milliseconds) => pool.settled(milliseconds),
  });
  const pool = createWarmPool({
    store,
    maker,
    removal,
    failures,
    announcer: createWarmAnnouncer({ store, catalogue, clock }),
    needs,
    images,
    mayPrewarm,
    startPause: createStartPause({ clock }),
    limit: options.warmLimit,
    clock,
    owner,
    log,
  });
  const uses = createWarmUses({ store, clock, log });
  const service = createWarmService({ store, needs, catalogue, maker, removal, clock });

  return {
    starts: createWarmStart({
      store,
      catalogue,
      images,
      engine,
      shells,
      pauseAgain: maker.pauseAgain,
      make,
      log,
      onOutcome: options.onWarmStart ?? (() => undefined),
    }),
    compare: createWarmCompare({ store, engine, pauseAgain: maker.pauseAgain, log, onLost: wake }),
    eviction: createWarmEviction({ store, pool, removal }),
    service: {
      list: service.list,
      async drain(...how: Parameters<typeof service.drain>) {
        const removed = await service.drain(...how);
        uses.forget(how[1]);
        return removed;
      },
    },
    view: service.view,
    /** Call this when a learner has started the lab. */
    used(lab: Lab): void {
      uses.record(lab);
      if (started) pool.yield();
    },
    start(): void {
      started = true;
      pool.start();
    },
    /** Call this when there may be capacity for more. */
    wake,
    retry: () => started && pool.retry(),
    async stop(): Promise<void> {
      await pool.stop();
      await shells.settled();
    },
  };
}
