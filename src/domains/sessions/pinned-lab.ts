import type { ProvisionProgress } from '../../engine/engine.ts';
import type { ImagePins } from '../images/pin.ts';
import type { Lab } from '../labs/lab.ts';
import type { SavedMachines } from './environment-spec.ts';

/**
 * The lab with the images that its version is always started with, which are on the engine then. A
 * machine that begins with what was saved of it needs none. @throws as `pins.resolve`
 */
export async function pinnedLab(
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
