import type { Actor } from '../../identity/actor.ts';

/** The image that a version of a lab was first started with, and is started with ever since. */
export interface ImagePin {
  lab: string;
  labVersion: string;
  /** As the lab names it. */
  image: string;
  /** The engine's id of it. */
  imageId: string;
  /** Name by its registry's digest, by which it can be fetched again; undefined for one that was built here. */
  digest: string | undefined;
  pinnedAt: Date;
  /** When a session last started with it, to the day. */
  usedAt: Date;
}

/** A version of a lab, and the images it names. */
export interface LabImages {
  slug: string;
  version: string;
  images: readonly string[];
}

export interface ResolveOptions {
  signal?: AbortSignal;
  /** Called while an image is pulled; undefined until the percent is known. */
  onPercent?: (percent: number | undefined) => void;
}

/** What decides which image a lab's name for one means. For services, which authorise. */
export interface ImagePins {
  /**
   * What the engine is to be given for each image that a version of a lab names: the one that its
   * first start found, which this is where there was none yet. It is on the engine afterwards.
   * @throws IMAGE_NOT_FOUND, IMAGE_PIN_LOST, ENGINE_UNREACHABLE, DISK_FULL, `signal`'s reason
   */
  resolve(lab: LabImages, options?: ResolveOptions): Promise<Map<string, string>>;
  /** Whether a start of the version is given just these for its names of images; false where one is not pinned any more. */
  agrees(lab: Omit<LabImages, 'images'>, references: ReadonlyMap<string, string>): Promise<boolean>;
  /** Slugs of the labs of which a version needs the image with this id of the engine's, in their order. */
  pinnedBy(imageId: string): Promise<string[]>;
}

/** What admins may do with pins. */
export interface PinService {
  /** Pins of all versions of a lab, the last used first, up to a few hundred. @throws LAB_NOT_FOUND */
  list(actor: Actor | undefined, lab: string): Promise<ImagePin[]>;
  /** Forgets a lab's pins and answers how many: the next start takes what the names mean then. @throws LAB_NOT_FOUND */
  repin(actor: Actor | undefined, lab: string): Promise<number>;
}
