import type { ProvisionProgress } from '../engine/engine.ts';
import type { ImagePins } from '../images/pin.ts';
import type { Lab } from '../labs/lab.ts';

/** The lab with the images that its version is always started with, which are on the engine then. @throws as `pins.resolve` */
export async function pinnedLab(
  pins: Pick<ImagePins, 'resolve'>,
  lab: Lab,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: ProvisionProgress) => void },
): Promise<Lab> {
  const onPercent = (percent: number | undefined) =>
    onProgress({ phase: 'pulling', ...(percent !== undefined && { percent }) });
  const images = lab.machines.map(({ image }) => image);
  const { slug, version } = lab;
  const references = await pins.resolve({ slug, version, images }, { signal, onPercent });
  const machines = lab.machines.map((machine) => ({
    ...machine,
    image: references.get(machine.image) ?? machine.image,
  }));
  return { ...lab, machines };
}
