import type { EngineImages } from '../../../engine/engine-images.ts';

/** Names below which nothing is started: they only hold images. */
const REPOSITORY = 'berth/pin';
/** Enough of an image's id to be the only one. */
const ID_CHARS = 32;

/** Whether a name is one that only holds a pinned image, of whatever installation. */
export function isPinName(name: string): boolean {
  return name.startsWith(`${REPOSITORY}:`);
}

export type PinNames = ReturnType<typeof createPinNames>;

/**
 * A pinned image has a name of Berth's own on the engine besides. So it outlives the move of the
 * name that the lab uses, a prune, and a rebuild by set-up, which knows no database; and each of
 * several installations on one engine holds for itself.
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
    /** Keeps the image on the engine. @throws IMAGE_NOT_FOUND when it is gone already */
    hold: (imageId: string) => images.tag(imageId, nameOf(imageId)),
    /** Lets the engine's image of that name go, with the name if it is the last one; one in use stays. */
    release: (name: string) => images.remove(name),
    /** The names that this installation gave. */
    async held(): Promise<string[]> {
      return (await images.listNames(REPOSITORY)).filter((name) => name.startsWith(prefix));
    },
  };
}
