import type { Engine, ProvisionedMachine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import type { Entry } from '../capacity/admission.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { SessionWithEnvironment } from '../provisioning/session-lease-store.ts';
import type { EnvironmentBuilder } from '../provisioning/environment-builder.ts';
import type { SessionRow } from '../session-store.ts';
import type { WarmEnvironment, WarmMachine, WarmStore } from './warm-store.ts';
import type { WarmImages } from './warm-compare.ts';
import { isWarm } from './warm-plan.ts';
import type { WarmShells } from './warm-shells.ts';

/** Prewarmed environments to try, if other sessions keep taking them first, before a new one is created. */
const TRIES = 8;

/** Whether a start used a prewarmed environment; `lost` means that the environment was unusable. */
export type WarmOutcome = 'hit' | 'miss' | 'lost';

/** A session with its lease, and the prewarmed machines that it took. */
export interface Taken {
  row: SessionWithEnvironment;
  machines: WarmMachine[];
  /** Resolves to whether the machines run after they were resumed. */
  isAwake: Promise<boolean>;
}

export type WarmStart = ReturnType<typeof createWarmStart>;

/** Gives prewarmed environments to sessions. */
export function createWarmStart(options: {
  store: Pick<WarmStore, 'findReady' | 'take'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  images: WarmImages;
  engine: Pick<Engine, 'unpause' | 'destroy'>;
  shells: Pick<WarmShells, 'endUnused'>;
  /** Pauses an environment again, unless a session has taken it. */
  pauseAgain: (environment: WarmEnvironment) => Promise<void>;
  make: EnvironmentBuilder;
  log: Log;
  onOutcome: (outcome: WarmOutcome) => void;
}) {
  const { store, catalogue, images, engine, shells, pauseAgain, make, log, onOutcome } = options;

  /** Returns the session's lab if it is prewarmed and the session starts fresh. */
  function warmLabOf({ labSlug, labVersion, savedStateId }: SessionRow): Lab | undefined {
    if (savedStateId !== null) return undefined;
    const lab = catalogue.version(labSlug, labVersion);
    return isWarm(lab.warm) ? lab : undefined;
  }

  /** Resumes the machines; false if one of them no longer runs. @throws ENGINE_UNREACHABLE */
  async function resume(machines: ProvisionedMachine[]): Promise<boolean> {
    try {
      await Promise.all(machines.map(({ machineId }) => engine.unpause(machineId)));
      return true;
    } catch (error) {
      if (!isFault(error) || error.code === 'ENGINE_UNREACHABLE') throw error;
      log.warn({ err: error }, 'prewarmed environment unusable; creating another');
      return false;
    }
  }

  /**
   * Pauses an environment that the session did not get. One that did not resume is found by the comparison with the
   * engine.
   */
  async function undoResume(environment: WarmEnvironment, awake: Promise<boolean>): Promise<void> {
    try {
      if (await awake) await pauseAgain(environment);
    } catch (error) {
      log.warn({ err: error, environmentId: environment.id }, 'unused environment not paused again');
    }
  }

  return {
    /** Takes the lease on the session together with a ready environment; undefined without one. */
    async take(row: SessionRow, lease: Lease, entry: Entry): Promise<Taken | undefined> {
      const lab = warmLabOf(row);
      if (!lab) return undefined;
      for (let tries = 0; tries < TRIES; tries++) {
        const ready = await store.findReady({ slug: row.labSlug, version: row.labVersion });
        if (!ready) return undefined;
        // Before the transaction, to save time: whichever session gets the environment needs it running.
        const awake = resume(ready.machines);
        awake.catch(() => undefined);
        // An outdated environment is removed, paused or not.
        if ((await images.outdated(lab, [ready])).length > 0) return undefined;
        const taken = await store.take(row, ready, lease, entry);
        if (taken === 'gone') continue;
        if (taken !== 'refused') return { row: taken, machines: ready.machines, isAwake: awake };
        await undoResume(ready, awake);
        return undefined;
      }
      return undefined;
    },

    /** Returns the machines that were taken, if they still run. Otherwise creates a new environment. */
    async make(
      row: SessionWithEnvironment,
      taken: Taken | undefined,
      ...how: [signal: AbortSignal, onProgress: Parameters<EnvironmentBuilder>[2]]
    ): ReturnType<EnvironmentBuilder> {
      if (taken && (await taken.isAwake)) {
        onOutcome('hit');
        shells.endUnused(taken.machines);
        return { row, machines: taken.machines };
      }
      if (taken) await engine.destroy(row.environmentId);
      if (taken || warmLabOf(row)) onOutcome(taken ? 'lost' : 'miss');
      return make(row, ...how);
    },
  };
}
