import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerImages } from '../../../src/engine/docker/images/images.ts';
import type { EngineImages } from '../../../src/engine/engine-images.ts';
import type { ImagePins } from '../../../src/domains/images/pins/pin.ts';

/** The engine's images, as set-up and service have them. */
export function openImages(t: Test): EngineImages {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  return createDockerImages({ docker });
}

/** Every name means what it means on the engine. */
export const unpinned: Pick<ImagePins, 'resolve' | 'agrees'> = {
  resolve: async ({ images }) => new Map(images.map((image) => [image, image])),
  agrees: async () => true,
};

/** Makes an image called `name` that holds `/mark` with this text, on top of `base` where one is given; answers its id. */
export async function markImage(images: EngineImages, name: string, mark: string, base?: string) {
  const from = base === undefined ? 'FROM scratch' : `FROM ${base}`;
  const dockerfile = `${from}\nCOPY mark /mark\nCMD ["/mark"]\n`;
  const id = await images.build({
    name,
    context: [
      { path: 'Dockerfile', content: Buffer.from(dockerfile), executable: false },
      { path: 'mark', content: Buffer.from(mark), executable: false },
    ],
    arguments: {},
    labels: {},
    onOutput: () => undefined,
  });
  await images.tag(id, name);
  return id;
}
