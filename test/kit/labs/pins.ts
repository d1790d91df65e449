import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerImages } from '../../../src/engine/docker/images/images.ts';
import type { EngineImages } from '../../../src/engine/engine-images.ts';
import type { ImagePins } from '../../../src/domains/images/pins/pin.ts';

/** The engine's images, as setup and service use them. */
export function openImages(t: Test): EngineImages {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  return createDockerImages({ docker });
}

/** Every name resolves to the engine's current image. */
export const unpinned: Pick<ImagePins, 'resolve' | 'agrees'> = {
  resolve: async ({ images }) => new Map(images.map((image) => [image, image])),
  agrees: async () => true,
};

/** Creates an image called `name` with this text in `/mark`, based on `base` if given. Returns its id. */
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
