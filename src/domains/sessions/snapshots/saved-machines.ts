import type { SavedMachine } from '../provisioning/environment-spec.ts';
import type { SavedImage } from './saved-state-store.ts';

/** The images of a saved state, by the machines that begin with them. Pure. */
export function savedMachines(
  images: readonly Pick<SavedImage, 'machineName' | 'volume' | 'image'>[],
): ReadonlyMap<string, SavedMachine> {
  const machines = new Map<string, { image?: string; volumes: Map<string, string> }>();
  for (const { machineName, volume, image } of images) {
    const machine = machines.get(machineName) ?? { volumes: new Map<string, string>() };
    if (volume === '') machine.image = image;
    else machine.volumes.set(volume, image);
    machines.set(machineName, machine);
  }
  return machines;
}
