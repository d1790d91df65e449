import type Dockerode from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { EngineImages, EngineImage } from '../../engine-images.ts';
import { engineMessage, hasStatus, toFault, call } from '../faults.ts';
import { LABEL, isMadeByBerth } from '../labels.ts';
import { buildImage } from './image-build.ts';
import type { BuildContext } from './image-build.ts';
import { ensureImage, pullImage } from './image-pull.ts';
import type { PullContext } from './image-pull.ts';
import { runImageScript } from './image-script.ts';
import { readMessages } from '../messages.ts';

export type DockerImagesOptions = PullContext &
  BuildContext & {
    /** Installation whose containers a list counts as Berth's own; none if undefined, as during set-up. */
    installation?: string | undefined;
  };

/** Creates the image port of a Docker engine. */
export function createDockerImages(context: DockerImagesOptions): EngineImages {
  const { docker, installation } = context;
  return {
    find: (reference) =>
      guarded(reference, async () => {
        try {
          const image = await docker.getImage(reference).inspect();
          return { id: image.Id, digests: image.RepoDigests ?? [], labels: image.Config?.Labels ?? {} };
        } catch (error) {
          if (hasStatus(error, 404)) return undefined;
          throw error;
        }
      }),

    listNames: (repository) =>
      guarded(repository, async () => {
        const images = await docker.listImages({ filters: { reference: [repository] } });
        return images.flatMap((image) => image.RepoTags ?? []);
      }),

    list: () => listImages(docker, installation),

    async findOrPull(reference, options) {
      await ensureImage(context, reference, options);
    },

    pull: (reference, options) => pullImage(context, reference, options),

    importTar: (reference, tar) =>
      guarded(reference, async () => {
        const stream = await docker.importImage(tar, { ...splitName(reference), changes: 'CMD ["bash"]' });
        for await (const message of readMessages(stream)) {
          if (message.error) throw new Error(message.error);
        }
      }),

    build: (spec) => guarded(spec.name, () => buildImage(context, spec), spec.signal),

    tag: (reference, name) =>
      guarded(reference, async () => {
        await docker.getImage(reference).tag(splitName(name));
      }),

    remove: (reference) =>
      guarded(reference, async () => {
        try {
          await docker.getImage(reference).remove();
          return 'removed';
        } catch (error) {
          if (hasStatus(error, 404)) return 'absent';
          if (hasStatus(error, 409)) return 'in-use';
          throw error;
        }
      }),

    runScript: (reference, script) => guarded(reference, () => runImageScript(docker, reference, script)),
  };
}

/** Runs an operation on `image` and converts its errors to faults of the catalogue. */
async function guarded<T>(image: string, operation: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw toFault(error, () => fault('IMAGE_NOT_FOUND', { image, problem: engineMessage(error) }, error));
  }
}

/** Splits `repository:tag`; a colon before a slash belongs to the registry's port. */
function splitName(reference: string): { repo: string; tag: string } {
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/')
    ? { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) }
    : { repo: reference, tag: 'latest' };
}

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
