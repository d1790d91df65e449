import type { Engine, ProvisionedMachine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab, LabWarm } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import type { Entry } from '../capacity/admission.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { SessionWithEnvironment } from '../provisioning/session-lease-store.ts';
import type { EnvironmentMaker } from '../provisioning/environment-maker.ts';
import type { SessionRow } from '../session-store.ts';
import type { WarmEnvironment, WarmMachine } from './warm-environment.ts';
import type { WarmImages } from './warm-images.ts';
import type { WarmShells } from './warm-shells.ts';
import type { WarmStore } from './warm-store.ts';

/** Environments tried that others turn out to have taken before the session is made one of its own. */
const TRIES = 8;

/** How a session of a lab with a pool came by its environment; `lost` is one that was found dead. */
export type WarmOutcome = 'hit' | 'miss' | 'lost';

/** A claimed session, and the machines that are there for it already. */
export interface Taken {
  row: SessionWithEnvironment;
  machines: WarmMachine[];
  /** Whether they run, once they go on. */
  awake: Promise<boolean>;
}

export type WarmStart = ReturnType<typeof createWarmStart>;

/** Gives sessions prewarmed environments. */
export function createWarmStart(options: {
  store: Pick<WarmStore, 'findReady' | 'take'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  images: WarmImages;
  engine: Pick<Engine, 'unpause' | 'destroy'>;
  shells: Pick<WarmShells, 'endLeft'>;
  /** Puts an environment to sleep again, unless somebody has taken it. */
  putBack: (environment: WarmEnvironment) => Promise<void>;
  make: EnvironmentMaker;
  logger: Log;
  onOutcome: (outcome: WarmOutcome) => void;
}) {
  const { store, catalogue, images, engine, shells, putBack, make, logger, onOutcome } = options;

  /** The lab of a session that begins as that does, where that may have environments ready. */
  function warmLabOf({ labSlug, labVersion, savedStateId }: SessionRow): Lab | undefined {
    if (savedStateId !== null) return undefined;
    const lab = catalogue.version(labSlug, labVersion);
    return isWarm(lab.warm) ? lab : undefined;
  }

  /** Lets the machines go on; false when one of them does not run any more. @throws ENGINE_UNREACHABLE */
  async function wakeUp(machines: ProvisionedMachine[]): Promise<boolean> {
    try {
      await Promise.all(machines.map(({ machineId }) => engine.unpause(machineId)));
      return true;
    } catch (error) {
      if (!isFault(error) || error.code === 'ENGINE_UNREACHABLE') throw error;
      logger.warn({ err: error }, 'A prewarmed environment could not be used; another is made.');
      return false;
    }
  }

  /** One that could not be woken is found by the comparison with the engine, as any that has died. */
  async function sleepAgain(environment: WarmEnvironment, awake: Promise<boolean>): Promise<void> {
    try {
      if (await awake) await putBack(environment);
    } catch (error) {
      logger.warn({ err: error, environmentId: environment.id }, 'An environment was woken for nobody.');
    }
  }

  return {
    /** Claims the session together with an environment that is ready for it; undefined when there is none. */
    async take(row: SessionRow, lease: Lease, entry: Entry): Promise<Taken | undefined> {
      const lab = warmLabOf(row);
      if (!lab) return undefined;
      for (let tries = 0; tries < TRIES; tries++) {
        const ready = await store.findReady({ slug: row.labSlug, version: row.labVersion });
        if (!ready) return undefined;
        // Already while the claim is written: to whomever it goes, it is to be awake.
        const awake = wakeUp(ready.machines);
        awake.catch(() => undefined);
        // It leaves the pool, asleep or awake.
        if ((await images.outdated(lab, [ready])).length > 0) return undefined;
        const taken = await store.take(row, ready, lease, entry);
        if (taken === 'gone') continue;
        if (taken !== 'refused') return { row: taken, machines: ready.machines, awake };
        await sleepAgain(ready, awake);
        return undefined;
      }
      return undefined;
    },

    /** As `make`, from the machines that were taken where there are any and they still run. */
    async make(
      row: SessionWithEnvironment,
      taken: Taken | undefined,
      ...how: [signal: AbortSignal, onProgress: Parameters<EnvironmentMaker>[2]]
    ): ReturnType<EnvironmentMaker> {
      if (taken && (await taken.awake)) {
        onOutcome('hit');
        shells.endLeft(taken.machines);
        return { row, machines: taken.machines };
      }
      if (taken) await engine.destroy(row.environmentId);
      if (taken || warmLabOf(row)) onOutcome(taken ? 'lost' : 'miss');
      return make(row, ...how);
    },
  };
}

/** Whether environments of the lab are ever prewarmed. */
export function isWarm({ count, schedule }: LabWarm): boolean {
  return count > 0 || schedule.length > 0;
}
