import { DEFAULT_REGISTRY, parseImageName } from '../../../engine/image-name.ts';
import { fault } from '../../../core/errors.ts';

/** A name and a tag within the local registry. */
export interface RegistryName {
  name: string;
  tag: string;
}

/** Joins a name and a tag. */
export function targetOf({ name, tag }: RegistryName): string {
  return `${name}:${tag}`;
}

/**
 * Returns an image's name in the local registry. An image of Docker Hub keeps its name, so an engine that uses the
 * local registry as a mirror finds `ubuntu` there. For other registries, the host is the first part. Pure.
 * @throws INPUT_INVALID for an invalid name, or one with a digest
 */
export function registryNameOf(image: string): RegistryName {
  const { registry, path, tag } = read(image);
  const host = registry.replaceAll(/[^a-z0-9.]+/g, '-').replaceAll(/^-|-$/g, '');
  return { name: registry === DEFAULT_REGISTRY ? path : `${host}/${path}`, tag };
}

/**
 * Parses a name that an admin chose, as labs would use it. Pure.
 * @throws INPUT_INVALID
 */
export function parseRegistryName(text: string): RegistryName {
  const { registry, path, tag } = read(text);
  if (registry === DEFAULT_REGISTRY) return { name: path, tag };
  throw invalid(`"${text}" names a registry. Omit it`);
}

function read(text: string) {
  const parsed = parseImageName(text);
  if (!parsed) throw invalid(`"${text}" is not an image name. Example: "ubuntu:24.04"`);
  const { registry, path, tag } = parsed;
  if (tag === undefined) throw invalid(`"${text}" has no tag. Add the tag for the local registry`);
  return { registry, path, tag };
}

function invalid(problem: string) {
  return fault('INPUT_INVALID', { problem });
}
