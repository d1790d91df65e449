import type { Clock } from '../../../core/clock.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';
import { fault, isFault } from '../../../core/errors.ts';
import { requireActor } from '../../identity/actor.ts';
import type { PinStore } from './pin-store.ts';
import type { ImagePin, ImagePins, LabImages, ResolveOptions, PinService } from './pin.ts';

/** Precision of the last use, in milliseconds: ages are counted in days. */
const USE_GRAIN_MS = 24 * 60 * 60 * 1000;
/** Attempts of a first start if another process removes the image at the same moment. */
const TRIES = 3;

/** Creates the service that pins images at a version's first start, and resolves them at later ones. */
export function createImagePins(options: {
  store: PinStore;
  images: Pick<EngineImages, 'find' | 'findOrPull' | 'remove'>;
  names: PinNames;
  clock: Clock;
}): ImagePins {
  const { store, images, names, clock } = options;

  function pull(reference: string, { signal, onPercent = () => undefined }: ResolveOptions): Promise<void> {
    return images.findOrPull(reference, { onPercent, ...(signal && { signal }) });
  }

  /** Pins the image that the name means now for this version, unless another start was first. */
  async function pin(lab: LabImages, image: string, how: ResolveOptions): Promise<ImagePin> {
    for (let tries = 1; ; tries++) {
      await pull(image, how);
      const found = await images.find(image);
      try {
        if (!found) throw fault('IMAGE_NOT_FOUND', { image, problem: 'it was removed again' });
        await names.protect(found.id);
      } catch (error) {
        if (!isFault(error, 'IMAGE_NOT_FOUND') || tries === TRIES) throw error;
        continue;
      }
      const now = clock.now();
      return store.insert({
        lab: lab.slug,
        labVersion: lab.version,
        image,
        imageId: found.id,
        digest: digestOf(image, found.digests),
        pinnedAt: now,
        usedAt: now,
      });
    }
  }

  /** Returns the reference of the pinned image, and pulls it if necessary. */
  async function locate({ image, imageId, digest }: ImagePin, how: ResolveOptions): Promise<string> {
    if (await images.find(imageId)) return imageId;
    if (digest === undefined) {
      throw fault('IMAGE_PIN_LOST', { image, pinned: imageId, problem: 'it was built on this machine' });
    }
    try {
      await pull(digest, how);
    } catch (error) {
      if (!isFault(error, 'IMAGE_NOT_FOUND', 'REGISTRY_UNREACHABLE', 'REGISTRY_DENIED')) throw error;
      const problem = String(error.details['problem']);
      throw fault('IMAGE_PIN_LOST', { image, pinned: digest, problem }, error);
    }
    // An engine with a different image store has different ids; the digest identifies the content.
    if (!(await images.find(imageId))) return digest;
    await names.protect(imageId);
    // Without the digest name, the image is removed with its protecting name.
    await images.remove(digest);
    return imageId;
  }

  return {
    async resolve(lab, how = {}) {
      const now = clock.now();
      const known = new Map((await store.ofVersion(lab.slug, lab.version)).map((pin) => [pin.image, pin]));
      const resolved = [...new Set(lab.images)].map(async (image) => {
        const found = known.get(image) ?? (await pin(lab, image, how));
        return [image, await locate(found, how)] as const;
      });
      await Promise.allSettled(resolved);
      const references = new Map(await Promise.all(resolved));
      const unless = new Date(now.getTime() - USE_GRAIN_MS);
      if ([...known.values()].some(({ usedAt }) => usedAt < unless)) {
        await store.touch(lab.slug, lab.version, { at: now, unless });
      }
      return references;
    },

    async agrees({ slug, version }, references) {
      const known = new Map((await store.ofVersion(slug, version)).map((pin) => [pin.image, pin]));
      return [...references].every(([image, reference]) => {
        const pinned = known.get(image);
        return pinned !== undefined && (reference === pinned.imageId || reference === pinned.digest);
      });
    },

    pinnedBy: store.labsOf,
  };
}

/**
 * Returns the name by digest, such as `ubuntu@sha256:…`, in the repository of `name`, or else any of `digests`: all
 * have the same content. Pure.
 */
export function digestOf(name: string, digests: readonly string[]): string | undefined {
  const repository = name.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0];
}

/** Creates the pin service for admins. `hasLab` returns whether a lab exists. */
export function createPinService({
  store,
  hasLab,
}: {
  store: PinStore;
  hasLab: (slug: string) => boolean;
}): PinService {
  return {
    async list(actor, lab) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      const pins = await store.ofLab(lab);
      if (pins.length === 0 && !hasLab(lab)) throw fault('LAB_NOT_FOUND', { lab });
      return pins;
    },

    async repin(actor, lab) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const forgotten = await store.forget(lab);
      if (forgotten === 0 && !hasLab(lab)) throw fault('LAB_NOT_FOUND', { lab });
      return forgotten;
    },
  };
}

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
