import type { Readable } from 'node:stream';
import type { Clock } from '../../../core/clock.ts';
import type { EngineImages } from '../../../engine/engine-images.ts';
import { fault } from '../../../core/errors.ts';
import { buildProgress } from './build-progress.ts';
import type { JobWork } from './job.ts';
import type { OwnImageStore } from '../own-image-store.ts';

interface NameParts {
  engine: Pick<EngineImages, 'find'>;
  own: OwnImageStore;
}

/** @throws IMAGE_NOT_OURS when an image has the name that is none of ours */
export async function requireOwnName({ engine, own }: NameParts, name: string): Promise<void> {
  const [present, known] = [await engine.find(name), await own.find(name)];
  if (present && present.id !== known?.imageId) throw fault('IMAGE_NOT_OURS', { image: name });
}

/** Work that builds the image `name` of a tar, which it reads as it comes. */
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
    // Should anything keep it from its name, it is found by its id.
    await own.put({ name: id, imageId: id, origin: 'built' }, clock.now());
    await requireOwnName(options, name);
    await own.put({ name, imageId: id, origin: 'built' }, clock.now());
    await engine.tag(id, name);
    await own.forget([id]);
    task.progress({ percent: 100, imageId: id });
  };
}
