import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { PulledImage, PullLayer, RegistryLogin } from '../../engine-images.ts';
import { DEFAULT_REGISTRY, parseImageName } from '../../image-name.ts';
import { call, engineWords, hasStatus, toFault } from '../faults.ts';
import { createPullLayers, downloadedPercent } from './image-pull-layers.ts';
import type { PullEvent } from './image-pull-layers.ts';
import { readLines } from '../json-lines.ts';

/** Longest time without a word of the registry; a layer in transit reports several times a second. */
const SILENCE_MS = 30_000;
/** Longest time to a registry's first word: an unreachable one must not hold a learner up. */
const FIRST_WORD_MS = 8_000;

/** Where engines look for the login of Docker's own registry. */
const DEFAULT_REGISTRY_ADDRESS = 'https://index.docker.io/v1/';

/** Names of Berth's own images, which are made on this engine: of a registry's by such names nobody knows whose they are. */
const OWN = 'berth/';
const MADE_HERE =
  'images whose names begin with "berth/" are made here and never fetched; those of labs by "berth up", or "berth images build" with the name of their folder.';
const SAVED = 'berth/saved';
const SAVED_IS_GONE =
  'it held saved work, and somebody removed it: begin the lab anew, which makes its machines from the lab.';

export interface ImageInfo {
  id: string;
  /** User that its processes run as; empty means root. */
  user: string;
}

/** What pulling needs beside the engine. */
export interface PullContext {
  docker: Docker;
  /** How to sign in to a registry, given as host and port; undefined for nobody in particular. */
  credentialsFor?: ((registry: string) => Promise<RegistryLogin | undefined>) | undefined;
  /** Told of each name that a pull brought to the engine. */
  onPulled?: ((image: { name: string; id: string }) => Promise<void>) | undefined;
}

export interface PullOptions {
  signal?: AbortSignal | undefined;
  onPercent: (percent: number | undefined) => void;
}

/** Finds the image on the engine, or pulls it. @throws as {@link pullImage} */
export async function ensureImage(
  context: PullContext,
  image: string,
  { signal, onPercent }: PullOptions,
): Promise<ImageInfo> {
  const present = await inspectImage(context.docker, image);
  if (present) return present;
  onPercent(undefined);
  const onLayers = (layers: readonly PullLayer[]) => onPercent(downloadedPercent(layers));
  await fetchImage(context, image, { signal, onLayers });
  return await arrived(context, image, undefined);
}

/**
 * Pulls the image, also where the engine has one of that name.
 * @throws IMAGE_NOT_FOUND, REGISTRY_UNREACHABLE, REGISTRY_DENIED, DISK_FULL
 */
export async function pullImage(
  context: PullContext,
  image: string,
  options: { signal?: AbortSignal | undefined; onLayers: (layers: readonly PullLayer[]) => void },
): Promise<PulledImage> {
  const former = await inspectImage(context.docker, image);
  await fetchImage(context, image, options);
  const { id } = await arrived(context, image, former);
  return { id, formerId: former?.id };
}

async function arrived(context: PullContext, image: string, former: ImageInfo | undefined) {
  const pulled = await inspectImage(context.docker, image);
  if (!pulled) throw fault('IMAGE_NOT_FOUND', { image, problem: 'the registry sent another one' });
  if (!former) await context.onPulled?.({ name: image, id: pulled.id });
  return pulled;
}

/** The image, or undefined where the engine has none of that name. */
export async function inspectImage(docker: Docker, image: string): Promise<ImageInfo | undefined> {
  try {
    const { Id, Config } = await call(() => docker.getImage(image).inspect());
    return { id: Id, user: Config?.User ?? '' };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

async function fetchImage(
  { docker, credentialsFor }: PullContext,
  image: string,
  options: { signal?: AbortSignal | undefined; onLayers: (layers: readonly PullLayer[]) => void },
): Promise<void> {
  options.signal?.throwIfAborted();
  const { registry, path } = parseImageName(image) ?? {};
  if (registry === DEFAULT_REGISTRY && path?.startsWith(OWN)) {
    throw fault('IMAGE_NOT_FOUND', { image, problem: path === SAVED ? SAVED_IS_GONE : MADE_HERE });
  }
  const login = registry === undefined ? undefined : await credentialsFor?.(registry);
  const silence = new AbortController();
  const signals = [silence.signal, ...(options.signal ? [options.signal] : [])];
  const abortSignal = AbortSignal.any(signals);
  const expire = () => silence.abort(new Error('the registry does not answer'));
  let timer = setTimeout(expire, FIRST_WORD_MS);
  try {
    const gather = createPullLayers();
    // Without a tag the engine would fetch all that there are.
    const name = /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
    const authconfig = login && { ...login, serveraddress: loginAddress(registry) };
    const stream = await docker.pull(name, { abortSignal, ...(authconfig && { authconfig }) });
    for await (const line of readLines(stream)) {
      const event = JSON.parse(line) as PullEvent;
      clearTimeout(timer);
      timer = setTimeout(expire, SILENCE_MS);
      if (event.error !== undefined) throw new Error(event.error);
      options.onLayers(gather(event));
    }
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (silence.signal.aborted) {
      throw fault('REGISTRY_UNREACHABLE', { image, problem: 'the registry does not answer' }, error);
    }
    throw pullFault(image, error);
  } finally {
    clearTimeout(timer);
  }
}

/** The name by which an engine knows a registry's login. */
export function loginAddress(registry: string | undefined): string {
  return registry === undefined || registry === DEFAULT_REGISTRY ? DEFAULT_REGISTRY_ADDRESS : registry;
}

/** What went wrong, told by the words that engines and registries have for it. */
function pullFault(image: string, error: unknown): Fault {
  const known = toFault(error);
  if (known.code === 'ENGINE_UNREACHABLE' || known.code === 'DISK_FULL') return known;
  const problem = engineWords(error);
  return fault(pullFaultCode(problem), { image, problem }, error);
}

/** What registries say to who may not have an image. */
export const DENIED =
  /unauthorized|authentication required|no basic auth credentials|incorrect username|denied/i;
/** What engines say of a registry that does not answer, or not as one. */
export const UNREACHABLE =
  /dial tcp|no such host|connection (refused|reset)|timeout|deadline exceeded|no route to host|unreachable|tls:|x509|HTTPS client|\bEOF\b/i;

/** Docker's own registry says of what it has not that it may be private: that is no refusal. */
export function pullFaultCode(words: string): 'IMAGE_NOT_FOUND' | 'REGISTRY_DENIED' | 'REGISTRY_UNREACHABLE' {
  if (/repository does not exist/i.test(words)) return 'IMAGE_NOT_FOUND';
  if (DENIED.test(words)) return 'REGISTRY_DENIED';
  return UNREACHABLE.test(words) ? 'REGISTRY_UNREACHABLE' : 'IMAGE_NOT_FOUND';
}
