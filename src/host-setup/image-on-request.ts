import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineImages } from '../engine/engine-images.ts';
import type { Steps } from '../../setup/steps.mjs';
import { fault } from '../core/errors.ts';
import { BASE_IMAGE, ensureBaseImage } from './base-image.ts';
import { ensureLabImage, listLabImages, repositoryOf } from './lab-images.ts';
import type { LabImageFolder } from './lab-images.ts';
import { REPOSITORY_PREFIX, findDebian } from './lab-image-base.ts';

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

/** List of an image's programs in its folder, one per line. */
const COMMANDS_FILE = 'commands.txt';

/** Creates the lookup of the programs in the images of folders below `root`, for folders that list them. */
export function createImageCommands(root: string): (image: string) => ReadonlySet<string> | undefined {
  const known = new Map<string, ReadonlySet<string> | undefined>();
  return (image) => {
    if (!known.has(image)) known.set(image, read(image));
    return known.get(image);
  };

  function read(image: string): ReadonlySet<string> | undefined {
    const [, folder] = new RegExp(`^${REPOSITORY_PREFIX}([a-z0-9-]+)$`).exec(image) ?? [];
    if (folder === undefined) return undefined;
    try {
      const text = readFileSync(join(root, folder, COMMANDS_FILE), 'utf8');
      return new Set(text.split('\n').filter((name) => name !== ''));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

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
