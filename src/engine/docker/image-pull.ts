import type Docker from 'dockerode';
import { fault } from '../../errors.ts';
import { call, engineWords, hasStatus, toFault } from './faults.ts';
import { readLines } from './json-lines.ts';

/** Longest time without a word of the registry; a layer in transit reports several times a second. */
const SILENCE_MS = 30_000;
/** Longest time to a registry's first word: an unreachable one must not hold a learner up. */
const FIRST_WORD_MS = 8_000;

export interface ImageInfo {
  /** User that its processes run as; empty means root. */
  user: string;
}

export interface PullOptions {
  signal?: AbortSignal | undefined;
  onPercent: (percent: number | undefined) => void;
}

/** Finds the image on the engine, or pulls it. @throws IMAGE_NOT_FOUND with the registry's words */
export async function ensureImage(docker: Docker, image: string, options: PullOptions): Promise<ImageInfo> {
  const present = await inspectImage(docker, image);
  if (present) return present;
  await pullImage(docker, image, options);
  const pulled = await inspectImage(docker, image);
  if (!pulled) throw fault('IMAGE_NOT_FOUND', { image, problem: 'the registry sent another one' });
  return pulled;
}

async function inspectImage(docker: Docker, image: string): Promise<ImageInfo | undefined> {
  try {
    const { Config } = await call(() => docker.getImage(image).inspect());
    return { user: Config?.User ?? '' };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

async function pullImage(docker: Docker, image: string, options: PullOptions): Promise<void> {
  const silence = new AbortController();
  const signals = [silence.signal, ...(options.signal ? [options.signal] : [])];
  const abortSignal = AbortSignal.any(signals);
  const expire = () => silence.abort(new Error('the registry does not answer'));
  let timer = setTimeout(expire, FIRST_WORD_MS);
  options.onPercent(undefined);
  try {
    const progress = createPullProgress();
    // Without a tag the engine would fetch all that there are.
    const name = /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
    const stream = await docker.pull(name, { abortSignal });
    for await (const line of readLines(stream)) {
      const event = JSON.parse(line) as PullEvent;
      clearTimeout(timer);
      timer = setTimeout(expire, SILENCE_MS);
      if (event.error !== undefined) throw new Error(event.error);
      options.onPercent(progress(event));
    }
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    const unreachable = toFault(error);
    if (unreachable.code === 'ENGINE_UNREACHABLE' || unreachable.code === 'DISK_FULL') throw unreachable;
    const problem = silence.signal.aborted ? 'the registry does not answer' : engineWords(error);
    throw fault('IMAGE_NOT_FOUND', { image, problem }, error);
  } finally {
    clearTimeout(timer);
  }
}

/** A line of the engine's account of a pull. */
export interface PullEvent {
  id?: string;
  status?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

/** Adds up layers: each event gives the percent of the bytes known so far, or undefined before any is. */
export function createPullProgress(): (event: PullEvent) => number | undefined {
  const layers = new Map<string, { current: number; total: number }>();
  return ({ id, status, progressDetail }) => {
    const { current = 0, total = 0 } = progressDetail ?? {};
    if (id && status === 'Downloading' && total > 0) layers.set(id, { current, total });
    const layer = id ? layers.get(id) : undefined;
    if (layer && (status === 'Download complete' || status === 'Pull complete')) layer.current = layer.total;
    const known = [...layers.values()];
    if (known.length === 0) return undefined;
    const sum = (key: 'current' | 'total') => known.reduce((bytes, entry) => bytes + entry[key], 0);
    return Math.floor((100 * sum('current')) / sum('total'));
  };
}
