import { batches } from '../../../core/paging.ts';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { RegistryImage } from '../../engine-registry.ts';
import { runExec } from '../exec/exec.ts';
import { removalFault } from './registry-faults.ts';

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
