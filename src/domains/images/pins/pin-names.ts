import type { EngineImages } from '../../../engine/engine-images.ts';

/** Repository of the names that only protect images from removal. */
const REPOSITORY = 'berth/pin';
/** Number of characters of an image id that are unique. */
const ID_CHARS = 32;

/** Returns whether a name only protects a pinned image, of any installation. */
export function isPinName(name: string): boolean {
  return name.startsWith(`${REPOSITORY}:`);
}

export type PinNames = ReturnType<typeof createPinNames>;

/**
 * Creates the names that protect pinned images on the engine. With its own name, an image survives a move of the name
 * that the lab uses, a prune, and a rebuild by set-up, which has no database. Each of several installations on one
 * engine protects its own images.
 */
export function createPinNames({
  images,
  installation,
}: {
  images: Pick<EngineImages, 'tag' | 'remove' | 'listNames'>;
  installation: string;
}) {
  const prefix = `${REPOSITORY}:${installation}.`;
  const nameOf = (imageId: string) => prefix + imageId.replace(/^sha256:/, '').slice(0, ID_CHARS);

  return {
    nameOf,
    /**
     * Protects the image from removal.
     * @throws IMAGE_NOT_FOUND if it no longer exists
     */
    protect: (imageId: string) => images.tag(imageId, nameOf(imageId)),
    /** Removes the name, and the image with its last name, unless it is in use. */
    release: (name: string) => images.remove(name),
    /** Lists the names that this installation gave. */
    async list(): Promise<string[]> {
      return (await images.listNames(REPOSITORY)).filter((name) => name.startsWith(prefix));
    },
  };
}
