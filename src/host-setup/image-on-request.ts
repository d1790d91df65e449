import type { EngineImages } from '../engine/engine-images.ts';
import type { Steps } from '../../setup/steps.mjs';
import { BASE_IMAGE, ensureBaseImage } from './base-image.ts';
import { ensureLabImage, listLabImages } from './lab-images.ts';
import type { LabImageFolder } from './lab-images.ts';

/**
 * Builds the image of a folder that the start of the service skips, and the images that it is based on, if they are
 * missing or their folders have changed.
 *
 * @throws IMAGE_BUILD_FAILED, ENGINE_SETUP_REFUSED, ENGINE_UNAVAILABLE, DISK_FULL
 */
export async function ensureImageOnRequest({
  images,
  imagesFolder,
  folderName,
  steps,
}: {
  images: EngineImages;
  imagesFolder: string;
  folderName: string;
  steps: Steps;
}): Promise<void> {
  const folders = await listLabImages(imagesFolder);
  const { id } = await steps.run('base image', (step) => ensureBaseImage({ images, step }));
  for (const folder of chainOf(folderName)) {
    await steps.run(`image ${folder.name}`, (step) =>
      ensureLabImage({ images, folder, debian: { id, name: BASE_IMAGE }, step }),
    );
  }

  /** Returns the folder of that name and the folders of its base images, the lowest first. */
  function chainOf(wanted: string | undefined, most = folders.length): LabImageFolder[] {
    const folder = folders.find(({ name }) => name === wanted);
    return folder && most > 0 ? [...chainOf(folder.builtOn, most - 1), folder] : [];
  }
}
