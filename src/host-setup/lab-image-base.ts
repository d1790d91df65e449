import type { EngineImages } from '../engine/engine-images.ts';
import { fault, isFault } from '../core/errors.ts';
import { BASE_IMAGE } from './base-image.ts';

/** A base image: its id, and its name for the builder. */
export interface BuildBase {
  readonly id: string;
  readonly name: string;
}

/** Prefix of image names: lab `linux` has the image `berth/lab-linux`. */
export const REPOSITORY_PREFIX = 'berth/lab-';
/** Default base of most images. Berth uses its own base image for it. */
const DEBIAN = 'debian:trixie-slim';

/** Returns the default base image of a Dockerfile. */
export function defaultBase(dockerfile: string): string {
  return /^ARG BASE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1] ?? DEBIAN;
}

/**
 * Returns the base image for a build: Berth's own base image `debian`, another lab image, or one from a registry. With
 * `fetch`, pulls a missing image from its registry. If that fails, Berth's base image replaces it.
 * @throws IMAGE_NOT_FOUND for a missing lab image
 */
export async function findBuildBase({
  images,
  wanted,
  debian,
  fetch,
}: {
  images: Pick<EngineImages, 'find' | 'findOrPull'>;
  wanted: string;
  debian: BuildBase;
  fetch: boolean;
}): Promise<BuildBase> {
  if (wanted === DEBIAN) return debian;
  const isOurs = wanted.startsWith(REPOSITORY_PREFIX);
  if (fetch && !isOurs) await tryToFetch(images, wanted);
  const found = await images.find(isOurs ? `${wanted}:latest` : wanted);
  if (found) return { id: found.id, name: found.id };
  if (!isOurs) return debian;
  const folder = wanted.slice(REPOSITORY_PREFIX.length);
  throw fault('IMAGE_NOT_FOUND', {
    image: wanted,
    problem: `"npm start" or "berth images build ${folder}" builds it.`,
  });
}

async function tryToFetch(images: Pick<EngineImages, 'findOrPull'>, name: string): Promise<void> {
  try {
    await images.findOrPull(name, { onPercent: () => undefined });
  } catch (error) {
    if (!isFault(error, 'IMAGE_NOT_FOUND', 'REGISTRY_UNREACHABLE', 'REGISTRY_DENIED')) throw error;
  }
}

/** Returns Berth's own base image, if the engine has it. */
export async function findDebian(images: Pick<EngineImages, 'find'>): Promise<BuildBase | undefined> {
  const found = await images.find(BASE_IMAGE);
  return found && { id: found.id, name: BASE_IMAGE };
}
