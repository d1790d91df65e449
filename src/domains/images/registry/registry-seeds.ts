import type { EngineImages } from '../../../engine/engine-images.ts';
import type { EngineRegistry } from '../../../engine/engine-registry.ts';
import { isFault } from '../../../core/errors.ts';
import type { PushNames } from './push-name-store.ts';
import { targetOf } from './registry-name.ts';

/** An initial image of a local registry. */
interface RegistrySeed {
  /** Name within the registry. */
  name: string;
  /** Image of another registry, used if it is available. */
  upstream?: string;
  /** Image that set-up builds: a replacement for {@link upstream}, or an image based on it. */
  made: string;
}

/** The images that a first lesson on Docker pulls. */
export const SEEDS: readonly RegistrySeed[] = [
  {
    name: 'library/hello-world',
    upstream: 'hello-world:latest',
    made: 'berth/lab-hub-hello-world:latest',
  },
  { name: 'library/ubuntu', made: 'berth/lab-hub-ubuntu:latest' },
];

const TAG = 'latest';
/**
 * Prefix of tags that record which image Berth pushed. If the other tag means none of these, an admin has replaced it.
 */
const MARK = 'berth-';
/** Number of characters of an image id that distinguish versions. */
const ID_CHARS = 12;

interface SeedOptions {
  registry: Pick<EngineRegistry, 'list' | 'digest' | 'push' | 'delete'>;
  engine: Pick<EngineImages, 'find' | 'findOrPull'>;
  /** Stores the temporary name of an image while it is pushed. */
  names?: Pick<PushNames, 'note' | 'clear'>;
  seeds?: readonly RegistrySeed[];
}

/**
 * Pushes the initial images into the local registry, and updates them when set-up has rebuilt them. An image that an
 * admin pushed under the same name stays. An image that the engine lacks is skipped.
 * @throws any error of the registry, the reason of `signal`
 */
export async function seedRegistry(options: SeedOptions, signal: AbortSignal): Promise<void> {
  const existing = new Map((await options.registry.list()).map(({ name, tags }) => [name, tags]));
  for (const seed of options.seeds ?? SEEDS)
    await pushSeed(options, seed, existing.get(seed.name) ?? [], signal);
}

async function pushSeed(
  { registry, engine, names }: SeedOptions,
  seed: RegistrySeed,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const marks = tags.filter((tag) => tag.startsWith(MARK));
  const isThere = tags.includes(TAG);
  if (isThere && !(await isOurs(registry, seed.name, marks))) return;
  const id = await findSeed(engine, seed, { fetch: marks.length === 0, signal });
  const mark = MARK + id?.replace('sha256:', '').slice(0, ID_CHARS);
  if (id === undefined || (isThere && marks.includes(mark))) return;
  for (const former of marks) await registry.delete(seed.name, former);
  // Push the mark first: without it, an interrupted push would look like an admin's image.
  for (const tag of [mark, TAG]) {
    const as = { name: seed.name, tag };
    const target = targetOf(as);
    const onName = names && ((given: { name: string; imageId: string }) => names.note({ ...given, target }));
    await names?.clear(target);
    await registry.push(id, as, { signal, onLayers: () => undefined, onName });
    await names?.clear(target);
  }
}

/** Returns whether the tag still means an image with one of the marks: an admin may have replaced it. */
async function isOurs(
  registry: SeedOptions['registry'],
  name: string,
  marks: readonly string[],
): Promise<boolean> {
  const digest = await registry.digest(name, TAG);
  for (const mark of marks) if ((await registry.digest(name, mark)) === digest) return true;
  return false;
}

/** Returns the image's id; undefined if the image is not available. */
async function findSeed(
  engine: SeedOptions['engine'],
  { upstream, made }: RegistrySeed,
  { fetch, signal }: { fetch: boolean; signal: AbortSignal },
): Promise<string | undefined> {
  if (upstream !== undefined) {
    try {
      if (fetch) await engine.findOrPull(upstream, { signal, onPercent: () => undefined });
    } catch (error) {
      if (!isFault(error, 'IMAGE_NOT_FOUND', 'REGISTRY_UNREACHABLE', 'REGISTRY_DENIED')) throw error;
    }
    const found = await engine.find(upstream);
    if (found) return found.id;
  }
  return (await engine.find(made))?.id;
}
