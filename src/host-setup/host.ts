import { connectEngine } from '../engine/docker/client.ts';
import { createDockerImages } from '../engine/docker/images/images.ts';
import { isNestedWanted } from '../engine/docker/nested/nested-support.ts';
import type { EngineImages } from '../engine/engine-images.ts';
import { isFault } from '../core/errors.ts';
import { createQueue } from '../core/queue.ts';
import { BASE_IMAGE, ensureBaseImage } from './base-image.ts';
import { ensureEngine } from './docker-engine.ts';
import { ensureLabImage, hasLabImages, listLabImages, neededImages } from './lab-images.ts';
import type { BuildBase } from './lab-image-base.ts';
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
    const { id } = await steps.run('base image', (step) => findBaseImage({ images, folders, step }));
    if (id === undefined) return { engine: address, labImages: [] };
    const debian = { id, name: BASE_IMAGE };
    return { engine: address, labImages: await ensureLabImages({ images, folders, debian, steps }) };
  } finally {
    close();
  }
}

/** Number of images that are built at the same time: a build waits for packages as long as it unpacks them. */
const BUILDS = 2;

/**
 * Ensures the images of all folders, each after the image that it is based on. Returns their names in the given order.
 * If one fails, those that have started are still built.
 *
 * @throws IMAGE_BUILD_FAILED
 */
export async function ensureLabImages({
  images,
  folders,
  debian,
  steps,
}: {
  images: EngineImages;
  /** Bases before the folders that are based on them. */
  folders: readonly LabImageFolder[];
  debian: BuildBase;
  steps: Steps;
}): Promise<string[]> {
  const queue = createQueue(BUILDS);
  const built = new Map<string, Promise<string>>();
  const ensure = async (folder: LabImageFolder, base: Promise<string> | undefined) => {
    await base;
    const { name } = await queue.run(() =>
      steps.run(`image ${folder.name}`, (step) => ensureLabImage({ images, folder, debian, step })),
    );
    return name;
  };
  for (const folder of folders) {
    const base = folder.builtOn === undefined ? undefined : built.get(folder.builtOn);
    built.set(folder.name, ensure(folder, base));
  }
  await Promise.allSettled(built.values());
  return await Promise.all(built.values());
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
