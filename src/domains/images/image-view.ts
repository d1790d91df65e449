import type { EngineImage } from '../../engine/engine-images.ts';
import { listedName } from '../../engine/image-name.ts';
import type { Image, ImageOrigin } from './image.ts';
import type { ManagedImage } from './managed-image-store.ts';
import { isPinName } from './pins/pins.ts';

/** Prefix of the names of lab images; the current version has this tag. */
const SET_UP_PREFIX = 'berth/lab-';
const PRESENT = ':latest';

/** A lab, and the images that it names. */
export interface LabImageUse {
  slug: string;
  images: readonly string[];
}

/** Data about images that the engine does not have. */
interface ImageKnowledge {
  own: readonly ManagedImage[];
  labs: readonly LabImageUse[];
}

/** Combines all data about an image. `pinnedBy` lists the labs with a version pinned to it. Pure. */
export function viewImage(image: EngineImage, knowledge: ImageKnowledge, pinnedBy: string[]): Image {
  const { id, digests, sizeBytes, createdAt, machines, foreignContainers } = image;
  const labs = labsThatName(image, knowledge.labs);
  const used = labs.length > 0 || machines > 0 || foreignContainers > 0 || pinnedBy.length > 0;
  return {
    id,
    names: image.names.filter((name) => !isPinName(name)),
    digests,
    sizeBytes,
    createdAt,
    origin: originOf(image, knowledge.own),
    labs,
    machines,
    foreignContainers,
    pinnedBy,
    prunable: !used && prunableNames(image, knowledge.own).length > 0,
  };
}

/** Returns the names of an unused image that a prune may remove: managed ones, or former versions of lab images. */
export function prunableNames(image: EngineImage, own: readonly ManagedImage[]): string[] {
  if (image.role === 'saved-state') return [];
  const ours = ownNames(image, own);
  if (image.role !== 'set-up') return ours;
  const names = image.names.filter((name) => name.startsWith(SET_UP_PREFIX));
  return names.some((name) => name.endsWith(PRESENT)) ? [] : [...ours, ...names];
}

/** Returns the managed names of the image; its id, if it is managed but has no name. */
export function ownNames(image: EngineImage, own: readonly ManagedImage[]): string[] {
  const nameless = image.names.length === 0 ? [image.id] : [];
  const present = new Set([...image.names, ...image.digests, ...nameless]);
  return own.filter(({ name, imageId }) => imageId === image.id && present.has(name)).map(({ name }) => name);
}

/** Describes who uses the image; undefined if it is unused. */
export function usesOf({ labs, machines, foreignContainers, pinnedBy }: Image): string | undefined {
  const uses = [
    labs.length > 0 && `labs name it (${labs.join(', ')})`,
    machines > 0 && `${machines} of Berth's containers are made from it`,
    foreignContainers > 0 && `${foreignContainers} containers of others are made from it`,
    pinnedBy.length > 0 && `versions of labs are pinned to it (${pinnedBy.join(', ')})`,
  ].filter(Boolean);
  return uses.length === 0 ? undefined : `${uses.join('; ')}.`;
}

function originOf(image: EngineImage, own: readonly ManagedImage[]): ImageOrigin {
  if (image.role === 'saved-state') return 'saved_state';
  if (image.role === 'set-up') return 'set_up';
  const [name] = ownNames(image, own);
  return own.find((each) => each.name === name)?.origin ?? 'foreign';
}

function labsThatName({ id, names, digests }: EngineImage, labs: readonly LabImageUse[]): string[] {
  const known = new Set([id, ...names, ...digests]);
  return labs
    .filter(({ images }) => images.some((image) => known.has(image) || known.has(listedName(image))))
    .map(({ slug }) => slug);
}
