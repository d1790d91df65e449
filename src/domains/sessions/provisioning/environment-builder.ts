import type {
  Engine,
  ProvisionProgress,
  ProvisionedMachine,
  EnvironmentSpec,
  VolumeSpec,
} from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { SessionLeaseStore, SessionWithEnvironment } from './session-lease-store.ts';
import { createPreparation } from './preparing/preparation.ts';
import type { PreparingProgress } from './preparing/preparation.ts';
import type { SessionRow } from '../session-store.ts';
import type { SubnetAllocator } from './subnet-pool.ts';

/** Attempts to create one environment: each refusal means that another network overlaps its subnet. */
const TRIES = 8;

/** Options for the creation of an environment. */
interface LabProvisionOptions {
  signal: AbortSignal;
  onProgress: (progress: PreparingProgress) => void;
  /** Saved content with which its machines start, instead of the lab's images. */
  saved?: SavedMachines | undefined;
}

/** A machine with the image that the engine created it from. */
export interface MadeMachine extends ProvisionedMachine {
  image: string;
}

export type LabProvision = ReturnType<typeof createLabProvision>;

/**
 * Creates an environment of a lab on the engine, with the images that its version is pinned to. If the engine refuses a
 * subnet, it tries others. It prepares the machines that do not start from saved content.
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

  /**
   * Creates the whole environment, or nothing.
   * @throws what the engine and the pins throw; SUBNETS_EXHAUSTED, LAB_START_FAILED
   */
  return async function provision(
    lab: Lab,
    environmentId: string,
    options: LabProvisionOptions,
  ): Promise<MadeMachine[]> {
    const { saved } = options;
    // If nested engines are disabled, their image is missing too. Learners would get that error instead.
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

export type EnvironmentBuilder = ReturnType<typeof createEnvironmentBuilder>;

/** Creates the environment of a session on the engine. */
export function createEnvironmentBuilder(options: {
  provision: LabProvision;
  catalogue: Pick<LabCatalogue, 'version'>;
  leases: SessionLeaseStore;
  /** Returns the saved content with which machines start. @throws SAVED_STATE_NOT_FOUND */
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
 * Returns the lab with the images that its version is pinned to, and pulls those. A machine that starts from saved
 * content needs none. @throws what `pins.resolve` throws
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

/** Limit of the log of a machine's main process, in bytes: enough to see why it ended. */
const LOG_BYTES = 1024 * 1024;

/** Images with the saved content of a machine: of its file system, and of its volumes by path. */
interface SavedMachine {
  image?: string;
  volumes: ReadonlyMap<string, string>;
}

/** Saved content by the machine's name. */
type SavedMachines = ReadonlyMap<string, SavedMachine>;

/**
 * Returns the environment that the engine has to create for `lab`. `subnets` has a subnet for each network name, and
 * `saved` the content with which machines start. Pure.
 */
export function environmentSpec(
  lab: Lab,
  {
    environmentId,
    subnets,
    saved = new Map(),
  }: {
    environmentId: string;
    subnets: ReadonlyMap<string, string>;
    saved?: SavedMachines | undefined;
  },
): EnvironmentSpec {
  return {
    environmentId,
    registry: lab.registry,
    networks: lab.networks.map(({ name, internet }) => ({ name, internet, subnet: subnets.get(name) ?? '' })),
    machines: lab.machines.map((machine) => ({
      name: machine.name,
      image: saved.get(machine.name)?.image ?? machine.image,
      networks: machine.networks,
      volumes: machine.volumes.map((path) => volumeSpec(path, saved.get(machine.name)?.volumes.get(path))),
      profile: machine.profile,
      ...(machine.user !== undefined && { user: machine.user }),
      environment: machine.environment,
      limits: {
        memoryBytes: machine.memoryBytes,
        cpus: machine.cpus,
        pids: machine.pids,
        logBytes: LOG_BYTES,
        diskBytes: machine.diskBytes,
      },
    })),
  };
}

function volumeSpec(path: string, from: string | undefined): VolumeSpec {
  return from === undefined ? { path } : { path, from };
}

/** Groups the images of a saved state by machine. Pure. */
export function savedMachines(
  images: readonly { machineName: string; volume: string; image: string }[],
): SavedMachines {
  const machines = new Map<string, { image?: string; volumes: Map<string, string> }>();
  for (const { machineName, volume, image } of images) {
    const machine = machines.get(machineName) ?? { volumes: new Map<string, string>() };
    if (volume === '') machine.image = image;
    else machine.volumes.set(volume, image);
    machines.set(machineName, machine);
  }
  return machines;
}
