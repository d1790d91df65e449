import { DEFAULT_REGISTRY, parseImageName } from '../../../engine/image-name.ts';
import { fault } from '../../../core/errors.ts';

/** A name and a tag within the local registry. */
export interface RegistryName {
  name: string;
  tag: string;
}

/** What a name and a tag are together, as they are written. */
export function targetOf({ name, tag }: RegistryName): string {
  return `${name}:${tag}`;
}

/**
 * Where an image goes in the local registry. One of Docker's own registry keeps its name, so that an
 * engine which takes the local registry for a mirror finds `ubuntu` there; of another one the host is the first part.
 * Pure. @throws INPUT_INVALID for what is no name, or one by digest
 */
export function registryNameOf(image: string): RegistryName {
  const { registry, path, tag } = read(image);
  const host = registry.replaceAll(/[^a-z0-9.]+/g, '-').replaceAll(/^-|-$/g, '');
  return { name: registry === DEFAULT_REGISTRY ? path : `${host}/${path}`, tag };
}

/** A name that an admin chose, as labs would use it. Pure. @throws INPUT_INVALID */
export function parseRegistryName(text: string): RegistryName {
  const { registry, path, tag } = read(text);
  if (registry === DEFAULT_REGISTRY) return { name: path, tag };
  throw invalid(`"${text}" names a registry: leave it out`);
}

function read(text: string) {
  const parsed = parseImageName(text);
  if (!parsed) throw invalid(`"${text}" is no name of an image, such as "ubuntu:24.04"`);
  const { registry, path, tag } = parsed;
  if (tag === undefined) throw invalid(`"${text}" has no tag: say which one it is to have there`);
  return { registry, path, tag };
}

function invalid(problem: string) {
  return fault('INPUT_INVALID', { problem });
}
