/** The registry of names without a registry. */
export const DEFAULT_REGISTRY = 'docker.io';

/** Longest name to parse, in characters: engines accept fewer. */
const LONGEST = 512;

const HOST = String.raw`(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?`;
const PATH = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*`;
const NAME = new RegExp(
  String.raw`^(?:(${HOST})\/)?(${PATH})(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);

/** The parts of an image's name. */
interface ImageName {
  /** Host and port; `docker.io` if the name has no registry. */
  registry: string;
  /** Path within the registry, such as `library/debian`. */
  path: string;
  /** `latest` if the name has neither tag nor digest, undefined if it has only a digest. */
  tag: string | undefined;
  digest: string | undefined;
}

/**
 * Parses a name as engines do: the part before the first slash is a registry if it looks like a host.
 * Returns undefined for an invalid name.
 */
export function parseImageName(text: string): ImageName | undefined {
  if (text.length > LONGEST) return undefined;
  const [first = ''] = text.split('/');
  const hasHost = text.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  // The default registry is added so that the regular expression does not take the first part for a host.
  const match = NAME.exec(hasHost ? text : `${DEFAULT_REGISTRY}/${text}`);
  if (!match) return undefined;
  const [, host = '', path = '', tag, digest] = match;
  const registry = readRegistry(host);
  const fullPath = registry === DEFAULT_REGISTRY && !path.includes('/') ? `library/${path}` : path;
  return { registry, path: fullPath, tag: tag ?? (digest ? undefined : 'latest'), digest };
}

/** Returns the registry of a host: all names of Docker's own registry are the same one. */
export function readRegistry(host: string): string {
  return ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(host) ? DEFAULT_REGISTRY : host;
}

/**
 * Returns the name as engines list it: `debian` and `docker.io/library/debian:latest` are both
 * `debian:latest`. Returns an invalid name unchanged.
 */
export function listedName(text: string): string {
  const name = parseImageName(text);
  if (!name) return text;
  const { registry, path, tag, digest } = name;
  const listed = registry === DEFAULT_REGISTRY ? path.replace(/^library\//, '') : `${registry}/${path}`;
  // If the name has a digest, the engine's list omits the tag.
  return digest ? `${listed}@${digest}` : `${listed}:${tag}`;
}
