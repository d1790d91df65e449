import type Docker from 'dockerode';
import { linkedAbort } from '../../../core/async.ts';
import { fault } from '../../../core/errors.ts';
import type { PushLayer, PushOptions } from '../../engine-registry.ts';
import { call, hasStatus } from '../faults.ts';
import { inspectImage, loginAddress } from '../images/image-pull.ts';
import { readLines } from '../messages.ts';
import { pushFault, unavailable } from './registry-requests.ts';

/**
 * Longest time without a message of the engine, in milliseconds; an active upload reports several times a
 * second.
 */
const SILENCE_MS = 60_000;

/** A line of the engine's output during a push. */
interface PushEvent {
  id?: string;
  status?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

/** Empty credentials: engines without a login still require some. */
const ANONYMOUS = { username: '', password: '' };

/**
 * Pushes an image of the engine to a registry, as `repository` (including the registry's address) and `tag`.
 * The engine needs a name for that, which is removed afterwards unless the image had it before.
 * @throws IMAGE_NOT_FOUND, IMAGE_NOT_OURS if that name belongs to another image on the engine,
 * LOCAL_REGISTRY_REFUSED and LOCAL_REGISTRY_UNAVAILABLE with the registry's message, DISK_FULL, `signal`'s
 * reason
 */
export async function pushImage(
  docker: Docker,
  reference: string,
  { repository, tag }: { repository: string; tag: string },
  options: PushOptions,
): Promise<void> {
  const name = `${repository}:${tag}`;
  options.signal?.throwIfAborted();
  const id = (await inspectImage(docker, reference))?.id;
  if (id === undefined) {
    throw fault('IMAGE_NOT_FOUND', { image: reference, problem: 'it is not on this engine' });
  }
  const named = (await inspectImage(docker, name))?.id;
  // This may be the only name of that image: removing the name would delete the image.
  if (named !== undefined && named !== id) {
    throw fault('IMAGE_NOT_OURS', { image: name });
  }
  if (named === undefined) {
    await options.onName?.({ name, imageId: id });
    await call(() => docker.getImage(id).tag({ repo: repository, tag }));
  }
  try {
    await follow(docker, repository, tag, options);
  } finally {
    if (named === undefined) await removeName(docker, name);
  }
}

async function follow(
  docker: Docker,
  repository: string,
  tag: string,
  { signal, login, onLayers }: PushOptions,
): Promise<void> {
  const { signal: abortSignal, abort, unlink } = linkedAbort(...(signal ? [signal] : []));
  let isSilent = false;
  const expire = () => {
    isSilent = true;
    abort(new Error('the registry does not answer'));
  };
  let timer = setTimeout(expire, SILENCE_MS);
  const serveraddress = loginAddress(repository.split('/')[0]);
  try {
    const gather = createPushLayers();
    const authconfig = { ...ANONYMOUS, ...login, serveraddress };
    const stream = await docker.getImage(repository).push({ tag, abortSignal, authconfig });
    for await (const line of readLines(stream)) {
      const event = JSON.parse(line) as PushEvent;
      clearTimeout(timer);
      timer = setTimeout(expire, SILENCE_MS);
      if (event.error !== undefined) throw new Error(event.error);
      onLayers(gather(event));
    }
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw isSilent ? unavailable('it does not answer', error) : pushFault(error);
  } finally {
    clearTimeout(timer);
    unlink();
  }
}

async function removeName(docker: Docker, name: string): Promise<void> {
  try {
    await call(() => docker.getImage(name).remove());
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
}

/** The engine's messages about a layer, with their phases; other messages are not about layers. */
const PHASES: Record<string, PushLayer['phase']> = {
  Preparing: 'waiting',
  Waiting: 'waiting',
  Pushing: 'uploading',
  Pushed: 'done',
  'Layer already exists': 'done',
};

/** Returns a function that collects the state of all layers: each event returns their current state. */
function createPushLayers(): (event: PushEvent) => readonly PushLayer[] {
  const layers = new Map<string, PushLayer>();
  return ({ id, status = '', progressDetail }) => {
    const phase = status.startsWith('Mounted from') ? 'done' : PHASES[status];
    if (id !== undefined && phase !== undefined) {
      const total = progressDetail?.total || layers.get(id)?.total;
      const current = phase === 'done' ? (total ?? 0) : (progressDetail?.current ?? 0);
      // The packed layer can be larger than the size that the engine expected.
      layers.set(id, { id, phase, current: Math.min(current, total ?? current), total });
    }
    return [...layers.values()];
  };
}
