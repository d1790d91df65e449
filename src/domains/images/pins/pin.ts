import type { Actor } from '../../identity/actor.ts';

/** The image with which a lab version was first started, and is started ever since. */
export interface ImagePin {
  lab: string;
  labVersion: string;
  /** The name in the lab. */
  image: string;
  /** The engine's image id. */
  imageId: string;
  /** Name with the registry's digest, by which it can be pulled again; undefined for an image that was built here. */
  digest: string | undefined;
  pinnedAt: Date;
  /** When a session last started with it, to the day. */
  usedAt: Date;
}

/** A lab version, and the images that it names. */
export interface LabImages {
  slug: string;
  version: string;
  images: readonly string[];
}

export interface ResolveOptions {
  signal?: AbortSignal;
  /** Called while an image is pulled; undefined until the percentage is known. */
  onPercent?: (percent: number | undefined) => void;
}

/** Resolves image names of labs. For services, which authorise. */
export interface ImagePins {
  /**
   * Returns the reference of each image that a lab version names: the image of the version's first start, which may be
   * this one. The images are on the engine afterwards.
   * @throws IMAGE_NOT_FOUND, IMAGE_PIN_LOST, ENGINE_UNREACHABLE, DISK_FULL, the reason of `signal`
   */
  resolve(lab: LabImages, options?: ResolveOptions): Promise<Map<string, string>>;
  /** Returns whether the version is pinned to exactly these references; false if one is no longer pinned. */
  agrees(lab: Omit<LabImages, 'images'>, references: ReadonlyMap<string, string>): Promise<boolean>;
  /** Returns the sorted slugs of the labs with a version that needs the image with this id. */
  pinnedBy(imageId: string): Promise<string[]>;
}

/** Use cases of pins for admins. */
export interface PinService {
  /**
   * Lists the pins of all versions of a lab, last used first, up to a few hundred.
   * @throws LAB_NOT_FOUND
   */
  list(actor: Actor | undefined, lab: string): Promise<ImagePin[]>;
  /**
   * Deletes a lab's pins, so the next start resolves the names again. Returns how many.
   * @throws LAB_NOT_FOUND
   */
  repin(actor: Actor | undefined, lab: string): Promise<number>;
}
