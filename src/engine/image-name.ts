/** The registry that names without one mean. */
export const DEFAULT_REGISTRY = 'docker.io';

/** Longest name that is read: engines take less. */
const LONGEST = 512;

const HOST = String.raw`(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?`;
const PATH = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*`;
const NAME = new RegExp(
  String.raw`^(?:(${HOST})\/)?(${PATH})(?::(\w[\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$`,
);

/** The parts of an image's name. */
export interface ImageName {
  /** Host and port, `docker.io` where the name has none. */
  registry: string;
  /** Name within the registry, such as `library/debian`. */
  path: string;
  /** `latest` where the name has neither tag nor digest. */
  tag: string | undefined;
  digest: string | undefined;
}

/** Reads a name as engines do: what comes before the first slash is a registry if it looks like a host. Undefined for what is no name. */
export function parseImageName(text: string): ImageName | undefined {
  if (text.length > LONGEST) return undefined;
  const [first = ''] = text.split('/');
  const hasHost = text.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  // Without a host of its own the name gets one, so that its first part is not taken for a host.
  const match = NAME.exec(hasHost ? text : `${DEFAULT_REGISTRY}/${text}`);
  if (!match) return undefined;
  const [, host = '', path = '', tag, digest] = match;
  const registry = readRegistry(host);
  const whole = registry === DEFAULT_REGISTRY && !path.includes('/') ? `library/${path}` : path;
  return { registry, path: whole, tag: tag ?? (digest ? undefined : 'latest'), digest };
}

/** All names of Docker's own registry are one. */
export function readRegistry(host: string): string {
  return ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(host) ? DEFAULT_REGISTRY : host;
}

/** The name as engines list it: `debian` and `docker.io/library/debian:latest` are both `debian:latest`. What is no name stays as it is. */
export function listedName(text: string): string {
  const name = parseImageName(text);
  if (!name) return text;
  const { registry, path, tag, digest } = name;
  const familiar = registry === DEFAULT_REGISTRY ? path.replace(/^library\//, '') : `${registry}/${path}`;
  // By its digest an image is listed without the tag that was asked for with it.
  return digest ? `${familiar}@${digest}` : `${familiar}:${tag}`;
}
