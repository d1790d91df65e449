import type { EngineImages } from '../../../engine/engine-images.ts';
import type { EngineRegistry } from '../../../engine/engine-registry.ts';
import { isFault } from '../../../core/errors.ts';
import type { PushNames } from './push-names.ts';
import { targetOf } from './registry-name.ts';

/** An image that a local registry has from the start. */
export interface RegistrySeed {
  /** Name within the registry. */
  name: string;
  /** Image of another registry, taken where it can be had. */
  upstream?: string;
  /** Image that set-up makes: {@link upstream}'s stand-in, or what is made of it. */
  made: string;
}

/** What a first lesson on Docker pulls. */
export const SEEDS: readonly RegistrySeed[] = [
  {
    name: 'library/hello-world',
    upstream: 'hello-world:latest',
    made: 'berth/lab-hub-hello-world:latest',
  },
  { name: 'library/ubuntu', made: 'berth/lab-hub-ubuntu:latest' },
];

const TAG = 'latest';
/** Tags that begin so tell which image of ours the other tag means; where it means none of theirs it is somebody else's. */
const MARK = 'berth-';
/** Enough of an image's id to tell versions apart. */
const ID_CHARS = 12;

export interface SeedOptions {
  registry: Pick<EngineRegistry, 'list' | 'digest' | 'push' | 'delete'>;
  engine: Pick<EngineImages, 'find' | 'findOrPull'>;
  /** Keep account of the name that an image has on the engine while it is put there. */
  names?: Pick<PushNames, 'note' | 'clear'>;
  seeds?: readonly RegistrySeed[];
}

/**
 * Puts into the local registry what it is to have from the start, and anew where set-up has made it anew.
 * What an admin has put there by the same name stays. An image that is not on the engine is left out.
 * @throws what the registry throws, `signal`'s reason
 */
export async function seedRegistry(options: SeedOptions, signal: AbortSignal): Promise<void> {
  const held = new Map((await options.registry.list()).map(({ name, tags }) => [name, tags]));
  for (const seed of options.seeds ?? SEEDS) await putSeed(options, seed, held.get(seed.name) ?? [], signal);
}

async function putSeed(
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
  // The mark first: without it what was interrupted would be taken for an admin's own.
  for (const tag of [mark, TAG]) {
    const as = { name: seed.name, tag };
    const target = targetOf(as);
    const onName = names && ((given: { name: string; imageId: string }) => names.note({ ...given, target }));
    await names?.clear(target);
    await registry.push(id, as, { signal, onLayers: () => undefined, onName });
    await names?.clear(target);
  }
}

/** Whether the tag still means what was put there with one of the marks: an admin may have put another image over it. */
async function isOurs(
  registry: SeedOptions['registry'],
  name: string,
  marks: readonly string[],
): Promise<boolean> {
  const digest = await registry.digest(name, TAG);
  for (const mark of marks) if ((await registry.digest(name, mark)) === digest) return true;
  return false;
}

/** The image's id; undefined where it cannot be had. */
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
