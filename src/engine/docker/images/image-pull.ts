import type Docker from 'dockerode';
import { linkedAbort } from '../../../core/async.ts';
import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import type { PulledImage, PullLayer, RegistryLogin } from '../../engine-images.ts';
import { DEFAULT_REGISTRY, parseImageName } from '../../image-name.ts';
import { call, engineMessage, hasStatus, toFault } from '../faults.ts';
import { readLines } from '../messages.ts';

/** Longest time without a message, in milliseconds; an active download reports several times a second. */
const SILENCE_MS = 30_000;
/**
 * Longest time to a registry's first message, in milliseconds: an unreachable registry must not delay a
 * learner.
 */
const FIRST_WORD_MS = 8_000;

/** The engine's address for the credentials of Docker's own registry. */
const DEFAULT_REGISTRY_ADDRESS = 'https://index.docker.io/v1/';

/**
 * Prefix of Berth's own images, which are built on this engine. Nobody knows who owns such names in a
 * registry.
 */
const OWN_PREFIX = 'berth/';
const BUILT_HERE =
  'images with the prefix "berth/" are built on this engine and never pulled; "berth up" builds those of labs, and "berth images build" builds one by the name of its folder.';
const SAVED_REPOSITORY = 'berth/saved';
const SAVED_IS_GONE =
  'it contained saved work, and somebody removed it: reset the lab, which recreates its machines without that work.';

export interface ImageInfo {
  id: string;
  /** User of its processes; empty means root. */
  user: string;
}

/** The dependencies of a pull. */
export interface PullContext {
  docker: Docker;
  /** Returns the credentials for a registry's host and port; undefined for anonymous access. */
  credentialsFor?: ((registry: string) => Promise<RegistryLogin | undefined>) | undefined;
  /** Called with each new name that a pull created on the engine. */
  onPulled?: ((image: { name: string; id: string }) => Promise<void>) | undefined;
}

interface PullOptions {
  signal?: AbortSignal | undefined;
  onPercent: (percent: number | undefined) => void;
}

/** Finds the image on the engine, or pulls it. @throws the errors of {@link pullImage} */
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
 * Pulls the image even if the engine has one with that name.
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
  if (!pulled) throw fault('IMAGE_NOT_FOUND', { image, problem: 'the registry sent another image' });
  if (!former) await context.onPulled?.({ name: image, id: pulled.id });
  return pulled;
}

/** Returns the image; undefined if the engine has none with that name. */
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
  if (registry === DEFAULT_REGISTRY && path?.startsWith(OWN_PREFIX)) {
    throw fault('IMAGE_NOT_FOUND', {
      image,
      problem: path === SAVED_REPOSITORY ? SAVED_IS_GONE : BUILT_HERE,
    });
  }
  const login = registry === undefined ? undefined : await credentialsFor?.(registry);
  const { signal: abortSignal, abort, unlink } = linkedAbort(...(options.signal ? [options.signal] : []));
  let isSilent = false;
  const expire = () => {
    isSilent = true;
    abort(new Error('the registry does not answer'));
  };
  let timer = setTimeout(expire, FIRST_WORD_MS);
  try {
    const gather = createPullLayers();
    // Without a tag the engine would pull all tags.
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
    if (isSilent) {
      throw fault('REGISTRY_UNREACHABLE', { image, problem: 'the registry does not answer' }, error);
    }
    throw pullFault(image, error);
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

/** Returns the name under which an engine knows a registry's credentials. */
export function loginAddress(registry: string | undefined): string {
  return registry === undefined || registry === DEFAULT_REGISTRY ? DEFAULT_REGISTRY_ADDRESS : registry;
}

/** Converts the error of a pull, by the messages of engines and registries. */
function pullFault(image: string, error: unknown): Fault {
  const known = toFault(error);
  if (known.code === 'ENGINE_UNREACHABLE' || known.code === 'DISK_FULL') return known;
  const problem = engineMessage(error);
  return fault(pullFaultCode(problem), { image, problem }, error);
}

/** Messages of registries that deny access to an image. */
export const DENIED =
  /unauthorized|authentication required|no basic auth credentials|incorrect username|denied/i;
/** Messages of engines about a registry that does not answer, or is not a registry. */
export const UNREACHABLE =
  /dial tcp|no such host|connection (refused|reset)|timeout|deadline exceeded|no route to host|unreachable|tls:|x509|HTTPS client|\bEOF\b/i;

/**
 * Returns the code for a message. Docker's own registry says of a missing image that it may be private: that
 * is not a denial.
 */
export function pullFaultCode(
  message: string,
): 'IMAGE_NOT_FOUND' | 'REGISTRY_DENIED' | 'REGISTRY_UNREACHABLE' {
  if (/repository does not exist/i.test(message)) return 'IMAGE_NOT_FOUND';
  if (DENIED.test(message)) return 'REGISTRY_DENIED';
  return UNREACHABLE.test(message) ? 'REGISTRY_UNREACHABLE' : 'IMAGE_NOT_FOUND';
}

/** A line of the engine's output during a pull. */
export interface PullEvent {
  id?: string;
  status?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

/** The engine's messages about a layer, with their phases; other messages are not about layers. */
const PHASES: Record<string, PullLayer['phase']> = {
  'Pulling fs layer': 'waiting',
  Waiting: 'waiting',
  Downloading: 'downloading',
  'Verifying Checksum': 'downloading',
  'Download complete': 'downloading',
  Extracting: 'extracting',
  'Pull complete': 'done',
  'Already exists': 'done',
};

/** Returns a function that collects the state of all layers: each event returns their current state. */
export function createPullLayers(): (event: PullEvent) => readonly PullLayer[] {
  const layers = new Map<string, PullLayer>();
  return ({ id, status = '', progressDetail }) => {
    const phase = status.startsWith('Retrying in') ? 'waiting' : PHASES[status];
    if (id === undefined || phase === undefined) return [...layers.values()];
    const before = layers.get(id);
    const total = progressDetail?.total || before?.total;
    const isComplete = phase === 'done' || status === 'Download complete' || status === 'Verifying Checksum';
    const current = isComplete ? (total ?? 0) : (progressDetail?.current ?? 0);
    layers.set(id, { id, phase, current, total });
    return [...layers.values()];
  };
}

/** Returns the downloaded percentage of the bytes known so far; undefined if none are known. */
export function downloadedPercent(layers: readonly PullLayer[]): number | undefined {
  let current = 0;
  let total = 0;
  for (const layer of layers) {
    if (layer.total === undefined) continue;
    total += layer.total;
    // A layer that is being extracted is downloaded.
    current += layer.phase === 'downloading' ? layer.current : layer.phase === 'waiting' ? 0 : layer.total;
  }
  return total === 0 ? undefined : Math.floor((100 * current) / total);
}
