import { connectEngine } from '../engine/docker/connection.ts';
import { createDockerImages } from '../engine/docker/images.ts';
import { BASE_IMAGE, ensureBaseImage } from './base-image.ts';
import { ensureEngine } from './docker-engine.ts';
import { ensureLabImage, listLabImages } from './lab-images.ts';
import type { Steps } from '../../setup/steps.mjs';

/**
 * Makes this machine ready to run labs: an engine, the base image, and the image of each folder in
 * `imagesFolder`. What is there already is left as it is, so that a second time takes milliseconds.
 *
 * @throws ENGINE_SETUP_REFUSED, IMAGE_BUILD_FAILED, DISK_FULL
 */
export async function ensureMachine({
  env,
  steps,
  imagesFolder,
}: {
  env: NodeJS.ProcessEnv;
  steps: Steps;
  imagesFolder: string;
}): Promise<{ engine: string; labImages: string[] }> {
  const { address } = await steps.run('engine', (step) => ensureEngine({ env, step }));
  const { docker, close } = connectEngine(address, env);
  try {
    const images = createDockerImages({ docker });
    const { id } = await steps.run('base image', (step) => ensureBaseImage({ images, step }));
    const labImages: string[] = [];
    for (const folder of await listLabImages(imagesFolder)) {
      const base = { id, name: BASE_IMAGE };
      const { name } = await steps.run(`image ${folder.name}`, (step) =>
        ensureLabImage({ images, folder, base, step }),
      );
      labImages.push(name);
    }
    return { engine: address, labImages };
  } finally {
    close();
  }
}
