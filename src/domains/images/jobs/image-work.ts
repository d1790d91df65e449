import type { Readable } from 'node:stream';
import type { Clock } from '../../../core/clock.ts';
import type { EngineImages, PullLayer, RegistryLogin } from '../../../engine/engine-images.ts';
import { fault } from '../../../core/errors.ts';
import type { EngineRegistry, PushLayer } from '../../../engine/engine-registry.ts';
import { prunableNames, viewImage } from '../image-view.ts';
import type { LabImageUse } from '../image-view.ts';
import type { PushNames } from '../registry/push-name-store.ts';
import { targetOf } from '../registry/registry-name.ts';
import type { RegistryName } from '../registry/registry-name.ts';
import type { JobWork, JobTask } from './job.ts';
import type { ManagedImageStore } from '../managed-image-store.ts';

/**
 * Creates the work that pulls the image `name`, or its changes. The engine's `onPulled` callback marks a new name as
 * managed; a managed name stays managed with its new image.
 */
export function pullWork(options: {
  engine: Pick<EngineImages, 'pull'>;
  own: ManagedImageStore;
  clock: Clock;
  name: string;
}): JobWork {
  const { engine, own, clock, name } = options;
  return async ({ signal, progress, print }) => {
    const phases = new Map<string, PullLayer['phase']>();

    function report(layers: readonly PullLayer[]): void {
      progress({ layers, percent: percentOf(layers) });
      for (const { id, phase } of layers) {
        if (phases.get(id) !== phase) print(`${id}: ${phase}`);
        phases.set(id, phase);
      }
    }

    print(`Pulling ${name}`);
    const before = await own.find(name);
    const { id, formerId } = await engine.pull(name, { signal, onLayers: report });
    if (before && before.imageId === formerId) {
      await own.put({ name, imageId: id, origin: 'pulled' }, clock.now());
    }
    progress({ percent: 100, imageId: id });
    print(formerId === id ? 'The image is up to date.' : `Pulled ${id}`);
  };
}

/**
 * Returns the percentage of the bytes known so far, where downloading and extracting count half each; undefined if none
 * are known.
 */
export function percentOf(layers: readonly PullLayer[]): number | undefined {
  let done = 0;
  let all = 0;
  for (const { phase, current, total = 0 } of layers) {
    all += 2 * total;
    if (phase === 'downloading') done += current;
    else if (phase === 'extracting') done += total + current;
    else if (phase === 'done') done += 2 * total;
  }
  return all === 0 ? undefined : Math.floor((100 * done) / all);
}

/**
 * Creates the work that removes unused managed images, newest first: an image can only be removed before the one it is
 * built on.
 */
export function pruneWork(options: {
  engine: Pick<EngineImages, 'find' | 'list' | 'remove'>;
  own: ManagedImageStore;
  labs: () => readonly LabImageUse[];
  pinnedBy: (imageId: string) => Promise<string[]>;
}): JobWork {
  const { engine, own, labs, pinnedBy } = options;
  return async ({ signal, progress, print }) => {
    const removed: string[] = [];
    let removedBytes = 0;
    const [images, ours] = [await engine.list(), await own.all()];
    await own.forget(
      ours.filter(({ imageId }) => !images.some(({ id }) => id === imageId)).map(({ name }) => name),
    );
    for (const [index, image] of images.entries()) {
      signal.throwIfAborted();
      progress({ percent: Math.floor((100 * index) / images.length) });
      // The labs may have changed since the last image.
      const view = viewImage(image, { own: ours, labs: labs() }, await pinnedBy(image.id));
      if (!view.prunable) continue;
      for (const name of prunableNames(image, ours)) {
        const outcome = await engine.remove(name);
        if (outcome === 'in-use') {
          print(`${name} stays: another image or a new container uses it.`);
          continue;
        }
        await own.forget([name]);
        removed.push(name);
        print(`Removed ${name}`);
      }
      if (!(await engine.find(image.id))) removedBytes += image.sizeBytes;
      progress({ removed: [...removed], removedBytes });
    }
    progress({ percent: 100, removed, removedBytes });
  };
}

interface NameParts {
  engine: Pick<EngineImages, 'find'>;
  own: ManagedImageStore;
}

/**
 * Requires that no unmanaged image has the name.
 * @throws IMAGE_NOT_OURS
 */
export async function requireOwnName({ engine, own }: NameParts, name: string): Promise<void> {
  const [present, known] = [await engine.find(name), await own.find(name)];
  if (present && present.id !== known?.imageId) throw fault('IMAGE_NOT_OURS', { image: name });
}

/** Creates the work that builds the image `name` from a tar while it arrives. */
export function uploadWork(
  options: NameParts & {
    engine: Pick<EngineImages, 'find' | 'build' | 'tag'>;
    clock: Clock;
    name: string;
    tar: Readable;
  },
): JobWork {
  const { engine, own, clock, name, tar } = options;
  return async (task) => {
    const id = await engine.build({
      name,
      context: tar,
      arguments: {},
      labels: {},
      signal: task.signal,
      onOutput: buildProgress(task),
      onLeftover: (imageId) => own.put({ name: imageId, imageId, origin: 'built' }, clock.now()),
    });
    // If naming fails, the image is still managed by its id.
    await own.put({ name: id, imageId: id, origin: 'built' }, clock.now());
    await requireOwnName(options, name);
    await own.put({ name, imageId: id, origin: 'built' }, clock.now());
    await engine.tag(id, name);
    await own.forget([id]);
    task.progress({ percent: 100, imageId: id });
  };
}

/** Creates a reader of a build's output that prints it, and reports the start of each Dockerfile step. */
export function buildProgress({ print, progress }: Pick<JobTask, 'print' | 'progress'>) {
  return (line: string): void => {
    print(line);
    const [, number, of] = /^Step (\d+)\/(\d+) : /.exec(line) ?? [];
    if (number === undefined || of === undefined) return;
    const step = { number: Number(number), of: Number(of) };
    progress({ step, percent: Math.floor((100 * (step.number - 1)) / step.of) });
  };
}

/** The first half of the progress is for pulling an image that the engine lacks, the second for pushing it. */
const HALF = 50;

/**
 * Creates the work that pushes an image into the local registry: the engine's image, or else the one from its own
 * registry.
 */
export function mirrorWork(options: {
  engine: Pick<EngineImages, 'findOrPull' | 'find'>;
  registry: Pick<EngineRegistry, 'push' | 'address'>;
  loginFor: (registry: string) => Promise<RegistryLogin | undefined>;
  names: Pick<PushNames, 'note' | 'clear'>;
  image: string;
  as: RegistryName;
}): JobWork {
  const { engine, registry, loginFor, names, image, as } = options;
  const target = targetOf(as);
  return async ({ signal, progress, print }) => {
    print(`Looking for ${image}`);
    const onPercent = (percent: number | undefined) => {
      if (percent !== undefined) progress({ percent: Math.floor((percent * HALF) / 100) });
    };
    await engine.findOrPull(image, { signal, onPercent });
    const id = (await engine.find(image))?.id ?? image;
    progress({ percent: HALF });

    const address = await registry.address();
    print(`Pushing ${id} as ${target}`);
    const phases = new Map<string, PushLayer['phase']>();
    function report(layers: readonly PushLayer[]): void {
      progress({ percent: HALF + Math.floor((pushedPercent(layers) * HALF) / 100) });
      for (const { id: layer, phase } of layers) {
        if (phases.get(layer) !== phase) print(`${layer}: ${phase}`);
        phases.set(layer, phase);
      }
    }
    const login = await loginFor(address);
    const onName = (given: { name: string; imageId: string }) => names.note({ ...given, target });
    await names.clear(target);
    try {
      await registry.push(id, as, { signal, login, onLayers: report, onName });
    } finally {
      await names.clear(target);
    }
    progress({ percent: 100, imageId: id });
    print('Labs can pull it.');
  };
}

/** Returns the percentage of the bytes known so far. Existing layers send no bytes. */
function pushedPercent(layers: readonly PushLayer[]): number {
  let done = 0;
  let all = 0;
  for (const { current, total = 0 } of layers) {
    done += current;
    all += total;
  }
  return all === 0 ? 0 : Math.floor((100 * done) / all);
}
