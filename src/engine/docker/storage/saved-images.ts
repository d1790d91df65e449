import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { SavedImageStatus } from '../../saved-image.ts';
import { call, isRefusal } from '../faults.ts';
import { labelFilter, labelsOf } from '../labels.ts';

/** Marks in an image's history the layers that were saved here; the others are of the image that it was made from. */
export const SAVED_COMMENT = 'saved by Berth';

/**
 * All images that were saved for this installation, those too that have lost their names. What others made
 * of one has its labels as well: it is told apart by its names, or by the comment on it where it has none.
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
    // It is just being removed.
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Bytes of the layers that were saved here. @throws IMAGE_NOT_FOUND */
export async function measureImage(docker: Docker, image: string): Promise<number> {
  const missing = () => fault('IMAGE_NOT_FOUND', { image, problem: 'what was saved there is gone' });
  const layers = (await call(() => docker.getImage(image).history(), { missing })) as {
    Comment: string;
    Size: number;
  }[];
  return layers
    .filter(({ Comment }) => Comment === SAVED_COMMENT)
    .reduce((bytes, { Size }) => bytes + Size, 0);
}
