import type { EngineImages } from '../../engine/engine-images.ts';
import { fault } from '../../core/errors.ts';
import type { ImagePins, LabImages, ResolveOptions } from '../images/pins/pin.ts';

/**
 * Which image a lab's name for one means: what it means now, pulled where the engine lacks it, as for the
 * first start of a version; for all environments of this run the same.
 */
export function createPresentImages(
  images: Pick<EngineImages, 'find' | 'findOrPull'>,
): Pick<ImagePins, 'resolve'> {
  const known = new Map<string, string>();

  async function find(image: string, how: ResolveOptions): Promise<string> {
    const { signal, onPercent = () => undefined } = how;
    await images.findOrPull(image, { onPercent, ...(signal && { signal }) });
    const found = await images.find(image);
    if (!found) throw fault('IMAGE_NOT_FOUND', { image, problem: 'it was removed again' });
    known.set(image, known.get(image) ?? found.id);
    return known.get(image) ?? found.id;
  }

  return {
    async resolve({ images: names }: LabImages, how = {}) {
      const resolved = [...new Set(names)].map(
        async (image) => [image, known.get(image) ?? (await find(image, how))] as const,
      );
      await Promise.allSettled(resolved);
      return new Map(await Promise.all(resolved));
    },
  };
}
