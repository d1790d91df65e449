import type { Engine, ProvisionProgress, ProvisionedMachine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { SessionLeaseStore, SessionWithEnvironment } from './session-lease-store.ts';
import { environmentSpec } from './environment-spec.ts';
import type { SavedMachines } from './environment-spec.ts';
import { createPreparation } from './preparing/preparation.ts';
import type { PreparingProgress } from './preparing/preparing-progress.ts';
import type { SessionRow } from '../session-store.ts';
import type { SubnetAllocator } from './subnet-pool.ts';

/** Times that one environment is tried before it fails: each refusal means that something else has a subnet. */
const TRIES = 8;

/** How an environment is made. */
export interface LabProvisionOptions {
  signal: AbortSignal;
  onProgress: (progress: PreparingProgress) => void;
  /** What its machines begin with in place of what the lab says. */
  saved?: SavedMachines | undefined;
}

/** A machine, and the image that the engine was given for it. */
export interface MadeMachine extends ProvisionedMachine {
  image: string;
}

export type LabProvision = ReturnType<typeof createLabProvision>;

/**
 * Makes an environment of a lab on the engine, of the images that its version is pinned to, on other
 * subnets when the engine refuses one, and prepares those of its machines that do not go on from
 * what was saved of them.
 */
export function createLabProvision({
  engine,
  allocator,
  pins,
}: {
  engine: Pick<Engine, 'provision' | 'destroy' | 'exec' | 'copyIn' | 'requireNested'>;
  allocator: SubnetAllocator;
  pins: Pick<ImagePins, 'resolve'>;
}) {
  const prepare = createPreparation({ engine });

  async function make(
    lab: Lab,
    environmentId: string,
    { saved, ...options }: LabProvisionOptions,
  ): Promise<MadeMachine[]> {
    for (let tries = 1; ; tries++) {
      const subnets = await allocator.allocate(environmentId, lab.networks);
      const spec = environmentSpec(lab, { environmentId, subnets, saved });
      const images = new Map(spec.machines.map(({ name, image }) => [name, image]));
      try {
        const machines = await engine.provision(spec, options);
        return machines.map((machine) => ({ ...machine, image: images.get(machine.name) ?? '' }));
      } catch (error) {
        if (!isFault(error, 'SUBNETS_EXHAUSTED') || tries === TRIES || options.signal.aborted) throw error;
        await allocator.refuse(environmentId, error.details['subnet']);
      }
    }
  }

  /** All of it or nothing. @throws what the engine and the pins throw; SUBNETS_EXHAUSTED, LAB_START_FAILED */
  return async function provision(
    lab: Lab,
    environmentId: string,
    options: LabProvisionOptions,
  ): Promise<MadeMachine[]> {
    const { saved } = options;
    // Where there may be none, their image is not made either, and a learner would be told of that.
    if (lab.machines.some(({ profile }) => profile === 'nested')) await engine.requireNested();
    const machines = await make(await pinnedLab(pins, lab, options), environmentId, options);
    const fresh = machines.filter(({ name }) => saved?.get(name)?.image === undefined);
    try {
      await prepare(lab, fresh, options);
    } catch (error) {
      await engine.destroy(environmentId);
      throw error;
    }
    return machines;
  };
}

export type EnvironmentMaker = ReturnType<typeof createEnvironmentMaker>;

/** Makes what a claimed session needs on the engine. */
export function createEnvironmentMaker(options: {
  provision: LabProvision;
  catalogue: Pick<LabCatalogue, 'version'>;
  leases: SessionLeaseStore;
  /** What a saved state has for machines to begin with. @throws SAVED_STATE_NOT_FOUND */
  savedMachines: (savedStateId: string) => Promise<SavedMachines>;
}) {
  const { provision, catalogue, leases, savedMachines } = options;

  /** @throws what `provision` throws; LAB_NOT_FOUND, LAB_INVALID, SAVED_STATE_NOT_FOUND */
  return async function make(
    row: SessionWithEnvironment,
    signal: AbortSignal,
    onProgress: (progress: PreparingProgress) => void,
  ): Promise<{ row: SessionRow; machines: ProvisionedMachine[] }> {
    const lab = catalogue.version(row.labSlug, row.labVersion);
    const session = lab.version === row.labVersion ? row : await leases.setLabVersion(row, lab);
    const saved = row.savedStateId === null ? undefined : await savedMachines(row.savedStateId);
    const machines = await provision(lab, row.environmentId, { signal, onProgress, saved });
    return { row: session, machines };
  };
}

/**
 * The lab with the images that its version is always started with, which are on the engine then. A
 * machine that begins with what was saved of it needs none. @throws as `pins.resolve`
 */
async function pinnedLab(
  pins: Pick<ImagePins, 'resolve'>,
  lab: Lab,
  {
    signal,
    onProgress,
    saved,
  }: {
    signal: AbortSignal;
    onProgress: (progress: ProvisionProgress) => void;
    saved?: SavedMachines | undefined;
  },
): Promise<Lab> {
  const onPercent = (percent: number | undefined) =>
    onProgress({ phase: 'pulling', ...(percent !== undefined && { percent }) });
  const { slug, version, machines } = lab;
  const fresh = machines.filter(({ name }) => saved?.get(name)?.image === undefined);
  const images = fresh.map(({ image }) => image);
  const references = await pins.resolve({ slug, version, images }, { signal, onPercent });
  return {
    ...lab,
    machines: machines.map((machine) => ({
      ...machine,
      image: references.get(machine.image) ?? machine.image,
    })),
  };
}
