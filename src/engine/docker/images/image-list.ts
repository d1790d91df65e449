import type Dockerode from 'dockerode';
import type { EngineImage } from '../../engine-images.ts';
import { call } from '../faults.ts';
import { LABEL, isMadeByBerth } from '../labels.ts';

/** The engine's text for a missing name. */
const NO_NAME = /^<none>[:@]<none>$/;

/** The fields of the engine's answer for which the library has wrong types. */
interface Listed {
  ImageID: string;
  Names: string[] | null;
  /** Null while the engine is creating the container. */
  Labels: Record<string, string> | null;
}

/** Lists all images of the engine, with the number of containers that use each one; newest first. */
export async function listImages(
  docker: Dockerode,
  installation: string | undefined,
): Promise<EngineImage[]> {
  const [images, containers] = await Promise.all([
    call(() => docker.listImages()),
    call(() => docker.listContainers({ all: true })),
  ]);
  const users = new Map<string, { machines: number; foreignContainers: number }>();
  for (const container of containers as Listed[]) {
    const { ImageID, Labels } = container;
    const count = users.get(ImageID) ?? { machines: 0, foreignContainers: 0 };
    const own =
      installation !== undefined && Labels?.[LABEL.installation] === installation && isMadeByBerth(container);
    count[own ? 'machines' : 'foreignContainers']++;
    users.set(ImageID, count);
  }
  return images
    .map((image) => {
      const names = (image.RepoTags ?? []).filter((name) => !NO_NAME.test(name));
      return {
        id: image.Id,
        names,
        digests: (image.RepoDigests ?? []).filter((name) => !NO_NAME.test(name)),
        sizeBytes: image.Size,
        createdAt: new Date(image.Created * 1000),
        role: roleOf(image.Labels ?? {}, names, installation),
        machines: 0,
        foreignContainers: 0,
        ...users.get(image.Id),
      };
    })
    .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
}

/** Returns the image's role. Images that others build from ours inherit our labels, but not our names. */
function roleOf(
  labels: Record<string, string>,
  names: readonly string[],
  installation: string | undefined,
): EngineImage['role'] {
  const isSaved = names.length === 0 || names.some((name) => name.startsWith('berth/saved:'));
  if (isSaved && labels[LABEL.role] === 'image' && labels[LABEL.installation] === installation) {
    return 'saved-state';
  }
  const folder = labels[LABEL.labImage];
  const ours = folder !== undefined && names.some((name) => name.startsWith(`berth/lab-${folder}:`));
  return ours ? 'set-up' : undefined;
}
