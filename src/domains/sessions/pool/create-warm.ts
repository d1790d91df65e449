import type { Clock } from '../../../core/clock.ts';
import type { Database, Transaction } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { EnvironmentMaker, LabProvision } from '../provisioning/environment-maker.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import { createWarmAnnouncer } from './warm-announcer.ts';
import { createWarmCompare } from './warm-compare.ts';
import { createWarmFailures } from './warm-failures.ts';
import { createWarmImages } from './warm-images.ts';
import { createWarmMaker } from './warm-maker.ts';
import { createWarmNeeds } from './warm-needs.ts';
import { AT_ONCE, createWarmPool } from './warm-pool.ts';
import { createWarmRemoval } from './warm-removal.ts';
import { createWarmRest } from './warm-rest.ts';
import { createWarmEviction } from './warm-eviction.ts';
import { createWarmService } from './warm-service.ts';
import { createWarmShells } from './warm-shells.ts';
import { createWarmStart } from './warm-start.ts';
import type { WarmOutcome } from './warm-start.ts';
import { createWarmStore } from './warm-store.ts';
import { createWarmUses } from './warm-uses.ts';

/** How environments are prewarmed. */
export interface WarmOptions {
  /** Most of them, of all labs together. */
  warmLimit: number;
  /** Minutes after its last start in which a lab still counts as used. */
  warmIdleMinutes: number;
  /** Shortest time before a scheduled one at which its environments begin to be made, in minutes. */
  warmAheadMinutes: number;
  /** Time zone of schedules, such as `Europe/Paris`. */
  timeZone: string;
  /** Told how each session of a lab with a pool came by its environment. */
  onWarmStart?: (outcome: WarmOutcome) => void;
}

export type Warm = ReturnType<typeof createWarm>;

/** All of the prewarmed environments, put together. Nothing works by itself before `start`. */
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
    make: EnvironmentMaker;
    provision: LabProvision;
    mayMake: (lab: Lab) => Promise<boolean>;
    /** Tells, in the turn of admission, whether the engine has room for an environment of the lab. */
    prewarmCheck: (lab: Lab) => Promise<(tx: Transaction) => Promise<boolean>>;
    provisionTimeoutSeconds: number;
    clock: Clock;
    owner: string;
    logger: Log;
  },
) {
  const { database, engine, catalogue, subnets, make, provision, mayMake, clock, owner, logger } = options;
  let started = false;
  const store = createWarmStore({ database });
  const shells = createWarmShells({ engine, logger });
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
    isMaking: (id) => maker.isMaking(id),
    clock,
    owner,
    logger,
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
    logger,
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
    mayMake,
    resting: createWarmRest({ clock }),
    limit: options.warmLimit,
    clock,
    owner,
    logger,
  });
  const uses = createWarmUses({ store, clock, logger });
  const service = createWarmService({ store, needs, catalogue, maker, removal, clock });

  return {
    starts: createWarmStart({
      store,
      catalogue,
      images,
      engine,
      shells,
      putBack: maker.putBack,
      make,
      logger,
      onOutcome: options.onWarmStart ?? (() => undefined),
    }),
    compare: createWarmCompare({ store, engine, putBack: maker.putBack, logger, onLost: wake }),
    eviction: createWarmEviction({ store, pool, removal }),
    service: {
      list: service.list,
      async drain(...how: Parameters<typeof service.drain>) {
        const left = await service.drain(...how);
        uses.forget(how[1]);
        return left;
      },
    },
    view: service.view,
    /** A learner has started the lab. */
    used(lab: Lab): void {
      uses.note(lab);
      if (started) pool.yield();
    },
    start(): void {
      started = true;
      pool.start();
    },
    /** There may be room for more. */
    wake,
    retry: () => started && pool.retry(),
    async stop(): Promise<void> {
      await pool.stop();
      await shells.settled();
    },
  };
}
