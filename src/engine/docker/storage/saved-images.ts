import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { SavedImageStatus } from '../../engine-snapshots.ts';
import { call, isRefusal } from '../faults.ts';
import { labelFilter, labelsOf } from '../labels.ts';

/** Marks the layers in an image's history that Berth saved; the others belong to the original image. */
export const SAVED_COMMENT = 'saved by Berth';

/**
 * Lists all images that were saved for this installation, including those without names. Images that others
 * built from a saved one inherit its labels; such images have other names, or another comment if they have
 * none.
 */
export async function listSavedImages(docker: Docker, installation: string): Promise<SavedImageStatus[]> {
  const filters = labelFilter(labelsOf(installation, 'image'));
  const images = await call(() => docker.listImages({ filters }));
  const found = images.map(async ({ Id, RepoTags }) => {
    const names = (RepoTags ?? []).filter((name) => !name.startsWith('<none>'));
    return names.length > 0 || (await wasSaved(docker, Id)) ? [{ id: Id, names }] : [];
  });
  return (await Promise.all(found)).flat();
}

async function wasSaved(docker: Docker, id: string): Promise<boolean> {
  try {
    return (await call(() => docker.getImage(id).inspect())).Comment === SAVED_COMMENT;
  } catch (error) {
    // The engine is just removing it.
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Returns the bytes of the saved layers of an image. @throws IMAGE_NOT_FOUND */
export async function measureImage(docker: Docker, image: string): Promise<number> {
  const missing = () => fault('IMAGE_NOT_FOUND', { image, problem: 'the saved image is gone' });
  const layers = (await call(() => docker.getImage(image).history(), { missing })) as {
    Comment: string;
    Size: number;
  }[];
  return layers
    .filter(({ Comment }) => Comment === SAVED_COMMENT)
    .reduce((bytes, { Size }) => bytes + Size, 0);
}
