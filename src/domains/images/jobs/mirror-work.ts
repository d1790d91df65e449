import type { EngineImages, RegistryLogin } from '../../../engine/engine-images.ts';
import type { EngineRegistry, PushLayer } from '../../../engine/engine-registry.ts';
import type { JobWork } from './job.ts';
import type { PushNames } from '../registry/push-names.ts';
import { targetOf } from '../registry/registry-name.ts';
import type { RegistryName } from '../registry/registry-name.ts';

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
