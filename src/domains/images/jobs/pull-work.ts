import type { Clock } from '../../../core/clock.ts';
import type { EngineImages, PullLayer } from '../../../engine/engine-images.ts';
import type { JobWork } from './job.ts';
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
