import { connectEngine } from '../engine/docker/client.ts';
import { createDockerImages } from '../engine/docker/images/images.ts';
import { isNestedWanted } from '../engine/docker/nested/nested-support.ts';
import type { EngineImages } from '../engine/engine-images.ts';
import { isFault } from '../core/errors.ts';
import { BASE_IMAGE, ensureBaseImage } from './base-image.ts';
import { ensureEngine } from './docker-engine.ts';
import { ensureLabImage, hasLabImages, listLabImages, neededImages } from './lab-images.ts';
import type { LabImageFolder } from './lab-images.ts';
import type { Step, Steps } from '../../setup/steps.mjs';

/**
 * Sets up this host for labs: an engine, the base image, and the image of each folder in `imagesFolder`. Existing parts
 * stay unchanged, so a second run takes milliseconds.
 *
 * @throws ENGINE_SETUP_REFUSED, IMAGE_BUILD_FAILED, DISK_FULL
 */
export async function ensureHost({
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
    const nested = await isNestedWanted(docker, env);
    const folders = neededImages(await listLabImages(imagesFolder), env, { nested });
    const labImages: string[] = [];
    const { id } = await steps.run('base image', (step) => findBaseImage({ images, folders, step }));
    if (id === undefined) return { engine: address, labImages };
    const debian = { id, name: BASE_IMAGE };
    for (const folder of folders) {
      const { name } = await steps.run(`image ${folder.name}`, (step) =>
        ensureLabImage({ images, folder, debian, step }),
      );
      labImages.push(name);
    }
    return { engine: address, labImages };
  } finally {
    close();
  }
}

/** Returns no id if the base image is unavailable but older lab images exist: labs then run on these. */
export async function findBaseImage({
  images,
  folders,
  step,
}: {
  images: EngineImages;
  folders: readonly LabImageFolder[];
  step: Step;
}): Promise<{ id?: string; note: string }> {
  try {
    return await ensureBaseImage({ images, step });
  } catch (error) {
    if (!isFault(error, 'ENGINE_SETUP_REFUSED') || !(await hasLabImages(images, folders))) throw error;
    return { note: 'not accessible; labs run on the existing images' };
  }
}
