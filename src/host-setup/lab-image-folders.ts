import type { EngineImages } from '../engine/engine-images.ts';
import { fault } from '../core/errors.ts';
import { BASE_IMAGE } from './base-image.ts';
import { findDebian } from './lab-image-base.ts';
import { ensureLabImage, listLabImages, repositoryOf } from './lab-images.ts';

/** Creates the access to the folders of lab images for a running service, which can build them one by one. */
export function createLabImageFolders({ images, root }: { images: EngineImages; root: string }) {
  return {
    async list(): Promise<{ name: string; image: string }[]> {
      return (await listLabImages(root)).map(({ name }) => ({ name, image: `${repositoryOf(name)}:latest` }));
    },

    /** @throws IMAGE_BUILD_FAILED, IMAGE_NOT_FOUND without a base image, NOT_FOUND, DISK_FULL */
    async build(
      name: string,
      options: {
        signal: AbortSignal;
        onOutput: (line: string) => void;
        onLeftover: (imageId: string) => Promise<void>;
      },
    ): Promise<void> {
      const folder = (await listLabImages(root)).find((each) => each.name === name);
      if (!folder) throw fault('NOT_FOUND', { thing: 'image folder' });
      const debian = await findDebian(images);
      if (!debian) {
        throw fault('IMAGE_NOT_FOUND', { image: BASE_IMAGE, problem: '"berth up" or "npm start" makes it.' });
      }
      const { signal, onOutput, onLeftover } = options;
      const made = await ensureLabImage({
        images,
        folder,
        debian,
        step: { progress: onOutput },
        signal,
        onLeftover,
      });
      onOutput(`${made.name}: ${made.note}`);
    },
  };
}
