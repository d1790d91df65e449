import type { Readable } from 'node:stream';
import type { Clock } from '../../../core/clock.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';
import { fault } from '../../../core/errors.ts';
import type { JobTask, JobWork } from './job.ts';
import type { ManagedImageStore } from '../managed-image-store.ts';

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
