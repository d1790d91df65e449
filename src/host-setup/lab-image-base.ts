import type { EngineImages } from '../engine/engine-images.ts';
import { fault, isFault } from '../core/errors.ts';
import { BASE_IMAGE } from './base-image.ts';

/** An image that another is built on: its id, and a name that the builder finds it by. */
export interface BuildBase {
  readonly id: string;
  readonly name: string;
}

/** Lab `linux` has the image `berth/lab-linux`. */
export const REPOSITORY_PREFIX = 'berth/lab-';
/** What most are built on by default, which is Berth's own base image here. */
const DEBIAN = 'debian:trixie-slim';

/** What a Dockerfile is built on where nobody says otherwise. */
export function defaultBase(dockerfile: string): string {
  return /^ARG BASE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1] ?? DEBIAN;
}

/**
 * What an image is to be built on: Berth's own base image `debian`, another lab image, or one of a
 * registry. That of a registry is fetched with `fetch` where the engine has it not; where it cannot be
 * had, Berth's base stands in for it.
 * @throws IMAGE_NOT_FOUND for a lab image that is not there
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

/** Berth's own base image, where the engine has it. */
export async function findDebian(images: Pick<EngineImages, 'find'>): Promise<BuildBase | undefined> {
  const found = await images.find(BASE_IMAGE);
  return found && { id: found.id, name: BASE_IMAGE };
}
