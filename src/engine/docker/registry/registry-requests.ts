import { batches } from '../../../core/batches.ts';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { RegistryImage } from '../../engine-registry.ts';
import { runExec } from '../exec/exec.ts';
import { removalFault } from './registry-faults.ts';

/** Longest answer of a registry that is well, in milliseconds, and what curl is given of it in seconds. */
const TIMEOUT_MS = 30_000;
const CURL_SECONDS = '25';
/** Most that is read of the answers of one call. */
const OUTPUT_BYTES = 4 * 1024 * 1024;
/** Names read at most, and how many are asked for their tags in one call. */
const MOST_NAMES = 500;
const NAMES_PER_CALL = 100;
/** What a manifest may be: without these a registry tells the digest of an old form of it. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const NAME = /^[a-z0-9]+([._/-]+[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** A registry, and the container from which it is asked: the service itself may not reach the engine's networks. */
export interface AskedRegistry {
  container: Docker.Container;
  url: string;
}

/** Names and tags. Names of which every tag was removed are left out. */
export async function listRegistry(registry: AskedRegistry): Promise<RegistryImage[]> {
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

/** Digest of the manifest that a tag means; undefined where there is none. */
export async function digestInRegistry(
  registry: AskedRegistry,
  name: string,
  tag: string,
): Promise<string | undefined> {
  if (!NAME.test(name) || !TAG.test(tag)) return undefined;
  const accept = MANIFESTS.flatMap((type) => ['--header', `Accept: ${type}`]);
  const head = await curl(registry, ['--head', ...accept, `${manifestsOf(registry, name)}/${tag}`]);
  return /^docker-content-digest: *(sha256:[0-9a-f]{64})\s*$/im.exec(head)?.[1];
}

/** Removes the manifest that a tag means. @throws NOT_FOUND, LOCAL_REGISTRY_REFUSED where the registry removes nothing */
export async function deleteFromRegistry(registry: AskedRegistry, name: string, tag: string): Promise<void> {
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

function manifestsOf({ url }: AskedRegistry, name: string): string {
  return `${url}/v2/${name}/manifests`;
}

async function curl({ container }: AskedRegistry, given: readonly string[]): Promise<string> {
  const { outcome, exitCode, stdout, stderr } = await runExec(container, {
    command: ['curl', '--silent', '--show-error', '--max-time', CURL_SECONDS, ...given],
    timeoutMs: TIMEOUT_MS,
    outputLimitBytes: OUTPUT_BYTES,
  });
  if (outcome === 'exited' && exitCode === 0) return stdout.toString();
  const words = stderr.toString().trim() || stdout.toString().trim().slice(0, 200);
  throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem: words || `its answer did not come (${outcome})` });
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
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem: 'its answer cannot be read' }, error);
  }
}
