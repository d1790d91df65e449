import type Docker from 'dockerode';
import { isFault } from '../../../core/errors.ts';
import type { EngineRegistry } from '../../engine-registry.ts';
import { call, engineWords, hasStatus } from '../faults.ts';
import { LABEL, labelFilter, labelsOf } from '../labels.ts';
import { trimCache } from './registry-cache.ts';
import { REGISTRY_PORT, registryNames, registryParts } from './registry-config.ts';
import { unavailable } from './registry-faults.ts';
import { ensurePart, inspectPart, publishedPort } from './registry-part.ts';
import { pushImage } from './registry-push.ts';
import { deleteFromRegistry, digestInRegistry, listRegistry } from './registry-requests.ts';
import { removeContainer, removeNetwork, removeVolume } from '../environments/teardown.ts';

export const REGISTRY_IMAGE = 'berth/lab-registry:latest';

/** Why it cannot be asked while its containers are made, or cannot be. */
const NOT_RUNNING =
  'it does not run; it is looked after every minute, and the log of the service says what keeps it from running';

export interface DockerRegistryOptions {
  docker: Docker;
  installation: string;
  /** Another registry that labs are to pull from; one of Berth's own when undefined. */
  upstream: string | undefined;
  /** Image of images/registry. */
  image?: string;
}

/** The registry as containers of a Docker engine. Nothing is made before `ensure`. */
export function createDockerRegistry(options: DockerRegistryOptions): EngineRegistry {
  const { docker, installation, upstream, image = REGISTRY_IMAGE } = options;
  const names = registryNames(installation);
  const labels = labelsOf(installation, 'registry');
  const filters = labelFilter(labels);

  async function imageId(): Promise<string> {
    try {
      return (await call(() => docker.getImage(image).inspect())).Id;
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
      throw unavailable(`its image ${image} is not on the engine, where "berth up" makes it`, error);
    }
  }

  async function ensureNetwork(): Promise<void> {
    const named = await call(() => docker.listNetworks({ filters }));
    if (named.some(({ Name }) => Name === names.network)) return;
    try {
      await call(() => docker.createNetwork({ Name: names.network, CheckDuplicate: true, Labels: labels }));
    } catch (error) {
      if (!hasStatus(error, 409)) throw error;
    }
  }

  /** What another process made in the same moment is as good. */
  async function ensureVolumes(): Promise<void> {
    for (const Name of [names.socket, upstream === undefined ? names.storage : names.cache]) {
      await call(() => docker.createVolume({ Name, Labels: labels }));
    }
  }

  async function removeContainers(keep: readonly string[]): Promise<void> {
    const there = await call(() => docker.listContainers({ all: true, filters }));
    const over = there.filter(({ Names }) => !keep.some((name) => Names.includes(`/${name}`)));
    await Promise.all(over.map(({ Id }) => removeContainer(docker, Id)));
  }

  async function remove(): Promise<void> {
    await removeContainers([]);
    const networks = await call(() => docker.listNetworks({ filters }));
    await Promise.all(networks.map(({ Id }) => removeNetwork(docker, Id)));
  }

  async function address(): Promise<string> {
    if (upstream !== undefined) return new URL(upstream).host;
    const writer = await inspectPart(docker, names.writer);
    const port = writer && publishedPort(writer);
    if (port === undefined) throw unavailable(NOT_RUNNING);
    return `127.0.0.1:${port}`;
  }

  const asked = {
    container: docker.getContainer(upstream === undefined ? names.writer : names.reader),
    url: upstream ?? `http://127.0.0.1:${REGISTRY_PORT}`,
  };

  return {
    ensure: () =>
      told(async () => {
        const parts = registryParts({ installation, upstream, imageId: await imageId() });
        await removeContainers(parts.map(({ name }) => name));
        await ensureNetwork();
        await ensureVolumes();
        // In their order: the first one gives the volume its owner.
        for (const part of parts) await ensurePart(docker, part);
      }),

    remove,

    async destroy() {
      await remove();
      const { Volumes } = await call(() => docker.listVolumes({ filters }));
      await Promise.all(Volumes.map(({ Name }) => removeVolume(docker, Name)));
    },

    address,
    async push(reference, { name, tag }, given) {
      await pushImage(docker, reference, { repository: `${await address()}/${name}`, tag }, given);
    },
    async trim(limitBytes) {
      if (upstream === undefined) return { before: 0, now: 0 };
      return told(() => trimCache(docker.getContainer(names.reader), limitBytes));
    },
    list: () => told(() => listRegistry(asked)),
    digest: (name, tag) => told(() => digestInRegistry(asked, name, tag)),
    delete: (name, tag) => told(() => deleteFromRegistry(asked, name, tag)),
  };
}

/** What the engine refuses of the registry's is told as the registry's. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFault(error, 'CONTAINER_NOT_FOUND', 'MACHINE_NOT_RUNNING')) {
      throw unavailable(NOT_RUNNING, error);
    }
    if (isFault(error, 'ENGINE_REFUSED')) {
      throw unavailable(engineWords(error), error);
    }
    throw error;
  }
}

/** The installations that have a registry on the engine, or what one holds. */
export async function listRegistries(docker: Docker): Promise<string[]> {
  const filters = labelFilter({ [LABEL.role]: 'registry' });
  const { Volumes } = await call(() => docker.listVolumes({ filters }));
  return [...new Set(Volumes.flatMap(({ Labels }) => Labels[LABEL.installation] ?? []))];
}
