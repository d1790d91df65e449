import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { SavedImageStatus } from '../../engine-saves.ts';
import { call, hasStatus, isRefusal } from '../faults.ts';
import { LABEL, labelFilter, labelsOf } from '../labels.ts';

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

/** Converts labels to the engine's image instructions. */
export function labelInstructions(labels: Record<string, string>): string[] {
  return Object.entries(labels).map(([key, value]) => `LABEL ${quote(key)}=${quote(value)}`);
}

/** Removes an image that this installation saved; refuses others. */
export async function removeImage(docker: Docker, installation: string, name: string): Promise<void> {
  const image = docker.getImage(name);
  try {
    const { Config } = await call(() => image.inspect());
    if (Config.Labels?.[LABEL.installation] !== installation || Config.Labels[LABEL.role] !== 'image') {
      throw fault('ENGINE_REFUSED', { problem: `${name} is not an image that this installation saved` });
    }
    await call(() => image.remove());
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
}

/** Quotes a word of the engine's image instructions, in which a dollar sign would start a variable. */
export function quote(text: string): string {
  return `"${text.replaceAll(/[\\"$]/g, String.raw`\$&`).replaceAll('\n', ' ')}"`;
}
