import { fault } from '../../../core/errors.ts';
import type { EngineImages } from '../../engine-images.ts';
import { engineMessage, hasStatus, toFault } from '../faults.ts';
import { buildImage } from './image-build.ts';
import type { BuildContext } from './image-build.ts';
import { listImages } from './image-list.ts';
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
