import type Dockerode from 'dockerode';
import { fault } from '../../errors.ts';
import type { EngineImages } from '../engine-images.ts';
import { buildImage } from './image-build.ts';
import { engineWords, hasStatus, imageFault } from './image-errors.ts';
import { runImageScript } from './image-script.ts';
import { createPullProgress, readMessages } from './image-stream.ts';

/** The images of a Docker engine. */
export function createDockerImages({ docker }: { docker: Dockerode }): EngineImages {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw imageFault(error);
    }
  };

  return {
    find: (reference) =>
      guarded(async () => {
        try {
          const image = await docker.getImage(reference).inspect();
          return { id: image.Id, labels: image.Config?.Labels ?? {} };
        } catch (error) {
          if (hasStatus(error, 404)) return undefined;
          throw error;
        }
      }),

    listNames: (repository) =>
      guarded(async () => {
        const images = await docker.listImages({ filters: { reference: [repository] } });
        return images.flatMap((image) => image.RepoTags ?? []);
      }),

    async pull(reference, { onProgress, signal }) {
      const describe = createPullProgress();
      try {
        const stream = await docker.createImage({ ...splitName(reference), abortSignal: signal });
        for await (const message of readMessages(stream)) {
          if (message.error) throw new Error(message.error);
          onProgress(describe(message));
        }
      } catch (error) {
        signal.throwIfAborted();
        const found = imageFault(error);
        if (found.code !== 'ENGINE_REFUSED') throw found;
        throw fault(
          'IMAGE_NOT_FOUND',
          { image: reference, problem: String((error as Error).message) },
          error,
        );
      }
    },

    importTar: (reference, tar) =>
      guarded(async () => {
        const { fromImage: repo, tag } = splitName(reference);
        const stream = await docker.importImage(tar, { repo, tag, changes: 'CMD ["bash"]' });
        for await (const message of readMessages(stream)) {
          if (message.error) throw engineWords(message.error);
        }
      }),

    build: (spec) => guarded(() => buildImage(docker, spec)),

    tag: (reference, name) =>
      guarded(async () => {
        const { fromImage: repo, tag } = splitName(name);
        await docker.getImage(reference).tag({ repo, tag });
      }),

    remove: (reference) =>
      guarded(async () => {
        try {
          await docker.getImage(reference).remove();
          return 'removed' as const;
        } catch (error) {
          if (hasStatus(error, 404)) return 'absent' as const;
          if (hasStatus(error, 409)) return 'in-use' as const;
          throw error;
        }
      }),

    runScript: (reference, script) => guarded(() => runImageScript(docker, reference, script)),
  };
}

/** Splits `repository:tag`; a colon before a slash belongs to the registry's port. */
export function splitName(reference: string): { fromImage: string; tag: string } {
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/')
    ? { fromImage: reference.slice(0, colon), tag: reference.slice(colon + 1) }
    : { fromImage: reference, tag: 'latest' };
}
