import type { EngineImages } from '../../engine/engine-images.ts';
import { fault } from '../../core/errors.ts';
import type { AllocatedSubnet, SubnetAllocatorStore } from '../sessions/provisioning/subnet-pool.ts';
import type { ImagePins, LabImages, ResolveOptions } from '../images/pins/pin.ts';

/** Creates a subnet store for this process only; the engine refuses subnets that other processes use. */
export function createMemorySubnets(): SubnetAllocatorStore {
  const allocated = new Map<number, AllocatedSubnet & { environmentId: string }>();

  return {
    async take(index, environmentId, network) {
      if (allocated.has(index)) return false;
      allocated.set(index, { index, environmentId, network });
      return true;
    },
    async ofEnvironment(environmentId) {
      return [...allocated.values()].filter((subnet) => subnet.environmentId === environmentId);
    },
    async used() {
      return [...allocated.keys()];
    },
    async release(environmentId, indexes) {
      for (const { index } of await this.ofEnvironment(environmentId)) {
        if (indexes?.includes(index) ?? true) allocated.delete(index);
      }
    },
  };
}

/**
 * Resolves image names to the engine's current images, and pulls missing ones, as for the first start of a lab
 * version. All environments of a run use the same images.
 */
export function createPresentImages(
  images: Pick<EngineImages, 'find' | 'findOrPull'>,
): Pick<ImagePins, 'resolve'> {
  const known = new Map<string, string>();

  async function find(image: string, how: ResolveOptions): Promise<string> {
    const { signal, onPercent = () => undefined } = how;
    await images.findOrPull(image, { onPercent, ...(signal && { signal }) });
    const found = await images.find(image);
    if (!found) throw fault('IMAGE_NOT_FOUND', { image, problem: 'it was removed after the pull' });
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
