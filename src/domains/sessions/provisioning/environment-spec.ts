import type { EnvironmentSpec, VolumeSpec } from '../../../engine/engine.ts';
import type { Lab } from '../../labs/lab.ts';

/** Limit of the log of a machine's main process, in bytes: enough to see why it ended. */
const LOG_BYTES = 1024 * 1024;

/** Images with the saved content of a machine: of its file system, and of its volumes by path. */
export interface SavedMachine {
  image?: string;
  volumes: ReadonlyMap<string, string>;
}

/** Saved content by the machine's name. */
export type SavedMachines = ReadonlyMap<string, SavedMachine>;

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
