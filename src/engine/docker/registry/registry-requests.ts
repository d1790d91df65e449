import { batches } from '../../../core/paging.ts';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { RegistryImage } from '../../engine-registry.ts';
import { runExec } from '../exec/exec.ts';
import { engineMessage, toFault } from '../faults.ts';
import { DENIED, UNREACHABLE } from '../images/image-pull.ts';

/** Timeouts of a request to a healthy registry: of the command in milliseconds, and of curl in seconds. */
const TIMEOUT_MS = 30_000;
const CURL_SECONDS = '25';
/** Limit for the answers of one call, in bytes. */
const OUTPUT_BYTES = 4 * 1024 * 1024;
/** Maximum number of names to list, and how many to ask for their tags in one call. */
const MOST_NAMES = 500;
const NAMES_PER_CALL = 100;
/** Accepted manifest types: without them a registry returns the digest of an outdated format. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const NAME = /^[a-z0-9]+([._/-]+[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/**
 * A registry, and the container that sends requests to it: the service itself may have no access to the
 * engine's networks.
 */
interface RegistryEndpoint {
  container: Docker.Container;
  url: string;
}

/** Lists names and tags, without names whose tags were all removed. */
export async function listRegistry(registry: RegistryEndpoint): Promise<RegistryImage[]> {
  const catalog = await curl(registry, ['--fail-with-body', `${registry.url}/v2/_catalog?n=${MOST_NAMES}`]);
  const { repositories = [] } = read(catalog);
  const names = repositories.filter((name) => NAME.test(name));
  const found: RegistryImage[] = [];
  for (const some of batches(names, NAMES_PER_CALL)) {
    const urls = some.map((name) => `${registry.url}/v2/${name}/tags/list`);
    const answers = (await curl(registry, ['--write-out', '\n', ...urls])).split('\n').filter(Boolean);
    for (const answer of answers) {
      const { name, tags } = read(answer);
      if (name !== undefined && tags?.length) found.push({ name, tags: tags.toSorted() });
    }
  }
  return found;
}

/** Returns the digest of a tag's manifest; undefined if the tag does not exist. */
export async function digestInRegistry(
  registry: RegistryEndpoint,
  name: string,
  tag: string,
): Promise<string | undefined> {
  if (!NAME.test(name) || !TAG.test(tag)) return undefined;
  const accept = MANIFESTS.flatMap((type) => ['--header', `Accept: ${type}`]);
  const head = await curl(registry, ['--head', ...accept, `${manifestsOf(registry, name)}/${tag}`]);
  return /^docker-content-digest: *(sha256:[0-9a-f]{64})\s*$/im.exec(head)?.[1];
}

/**
 * Removes the manifest of a tag.
 * @throws NOT_FOUND, LOCAL_REGISTRY_REFUSED if the registry does not allow removal
 */
export async function deleteFromRegistry(
  registry: RegistryEndpoint,
  name: string,
  tag: string,
): Promise<void> {
  const absent = fault('NOT_FOUND', { thing: 'image of the registry' });
  const digest = await digestInRegistry(registry, name, tag);
  if (digest === undefined) throw absent;
  const status = await curl(registry, [
    '--request',
    'DELETE',
    '--output',
    '/dev/null',
    '--write-out',
    '%{http_code}',
    `${manifestsOf(registry, name)}/${digest}`,
  ]);
  if (status === '404') throw absent;
  if (status !== '202') throw removalFault(status);
}

function manifestsOf({ url }: RegistryEndpoint, name: string): string {
  return `${url}/v2/${name}/manifests`;
}

async function curl({ container }: RegistryEndpoint, given: readonly string[]): Promise<string> {
  const { outcome, exitCode, stdout, stderr } = await runExec(container, {
    command: ['curl', '--silent', '--show-error', '--max-time', CURL_SECONDS, ...given],
    timeoutMs: TIMEOUT_MS,
    outputLimitBytes: OUTPUT_BYTES,
  });
  if (outcome === 'exited' && exitCode === 0) return stdout.toString();
  const message = stderr.toString().trim() || stdout.toString().trim().slice(0, 200);
  throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem: message || `it did not answer (${outcome})` });
}

interface Answer {
  repositories?: string[];
  name?: string;
  tags?: string[] | null;
}

function read(answer: string): Answer {
  try {
    return JSON.parse(answer) as Answer;
  } catch (error) {
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem: 'its answer is invalid' }, error);
  }
}

/**
 * Messages of engines and registries about a registry that accepts no images, such as a cache of another one.
 */
const UNSUPPORTED = /unsupported|method not allowed|\b405\b/i;
const NO_TLS = /HTTP response to HTTPS client/i;

/** Converts the error of a push, by the messages of engines and registries. */
export function pushFault(error: unknown): Fault {
  const known = toFault(error);
  if (known.code === 'ENGINE_UNREACHABLE' || known.code === 'DISK_FULL') return known;
  const problem = engineMessage(error);
  if (NO_TLS.test(problem))
    return unavailable(
      `${problem}: add it to "insecure-registries" in the engine's daemon.json, or give it a certificate`,
      error,
    );
  if (DENIED.test(problem)) {
    return refused(
      problem,
      'An admin can give Berth credentials with write access, with setRegistryCredential',
      error,
    );
  }
  if (UNSUPPORTED.test(problem)) {
    return refused(problem, 'It is read-only: push the image to the registry from which it pulls', error);
  }
  if (UNREACHABLE.test(problem)) return unavailable(problem, error);
  return refused(problem, 'See the log of the registry', error);
}

/** Converts a registry's HTTP status for a removal. */
function removalFault(status: string): Fault {
  const problem = `it answered a removal with ${status}`;
  if (status === '405') return refused(problem, 'Turn on removal in the settings of that registry');
  if (status === '401' || status === '403')
    return refused(problem, 'Remove the image with a tool that has credentials for that registry');
  return refused(problem, 'See the log of the registry');
}

/**
 * Creates the error for a registry that does not answer or does not run; `problem` says why and what to do,
 * if known.
 */
export function unavailable(problem: string, cause?: unknown): Fault {
  return fault('LOCAL_REGISTRY_UNAVAILABLE', { problem }, cause);
}

function refused(problem: string, remedy: string, cause?: unknown): Fault {
  return fault('LOCAL_REGISTRY_REFUSED', { problem, remedy }, cause);
}
