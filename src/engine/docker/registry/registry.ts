import type Docker from 'dockerode';
import { isFault } from '../../../core/errors.ts';
import type { EngineRegistry } from '../../engine-registry.ts';
import { call, engineMessage, hasStatus } from '../faults.ts';
import { LABEL, labelFilter, labelsOf } from '../labels.ts';
import { trimCache } from './registry-cache.ts';
import { REGISTRY_PORT, registryNames, registryParts } from './registry-config.ts';
import { unavailable } from './registry-faults.ts';
import { ensurePart, inspectPart, publishedPort } from './registry-part.ts';
import { pushImage } from './registry-push.ts';
import { deleteFromRegistry, digestInRegistry, listRegistry } from './registry-requests.ts';
import { removeContainer, removeNetwork, removeVolume } from '../environments/teardown.ts';

export const REGISTRY_IMAGE = 'berth/lab-registry:latest';

/** The problem while its containers are being created, or cannot be. */
const NOT_RUNNING =
  'it does not run; Berth tries to start it every minute, and the log of the service contains the reason';

interface DockerRegistryOptions {
  docker: Docker;
  installation: string;
  /** Another registry from which labs pull; undefined for Berth's own. */
  upstream: string | undefined;
  /** Image built from images/registry. */
  image?: string;
}

/** Creates the registry port with containers of a Docker engine. Creates nothing before `ensure`. */
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
      throw unavailable(`its image ${image} is not on the engine; "berth up" builds it`, error);
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

  /** Creates the volumes. Succeeds if another process creates them at the same time. */
  async function ensureVolumes(): Promise<void> {
    for (const Name of [names.socket, upstream === undefined ? names.storage : names.cache]) {
      await call(() => docker.createVolume({ Name, Labels: labels }));
    }
  }

  async function removeContainers(keep: readonly string[]): Promise<void> {
    const present = await call(() => docker.listContainers({ all: true, filters }));
    const outdated = present.filter(({ Names }) => !keep.some((name) => Names.includes(`/${name}`)));
    await Promise.all(outdated.map(({ Id }) => removeContainer(docker, Id)));
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

  const endpoint = {
    container: docker.getContainer(upstream === undefined ? names.writer : names.reader),
    url: upstream ?? `http://127.0.0.1:${REGISTRY_PORT}`,
  };

  return {
    ensure: () =>
      asRegistryFault(async () => {
        const parts = registryParts({ installation, upstream, imageId: await imageId() });
        await removeContainers(parts.map(({ name }) => name));
        await ensureNetwork();
        await ensureVolumes();
        // In this order: the first part sets the volume's owner.
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
      return asRegistryFault(() => trimCache(docker.getContainer(names.reader), limitBytes));
    },
    list: () => asRegistryFault(() => listRegistry(endpoint)),
    digest: (name, tag) => asRegistryFault(() => digestInRegistry(endpoint, name, tag)),
    delete: (name, tag) => asRegistryFault(() => deleteFromRegistry(endpoint, name, tag)),
  };
}

/** Converts the engine's faults about the registry's containers to faults of the registry. */
async function asRegistryFault<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFault(error, 'CONTAINER_NOT_FOUND', 'MACHINE_NOT_RUNNING')) {
      throw unavailable(NOT_RUNNING, error);
    }
    if (isFault(error, 'ENGINE_REFUSED')) {
      throw unavailable(engineMessage(error), error);
    }
    throw error;
  }
}

/** Lists the installations with a registry on the engine, or with its images. */
export async function listRegistries(docker: Docker): Promise<string[]> {
  const filters = labelFilter({ [LABEL.role]: 'registry' });
  const { Volumes } = await call(() => docker.listVolumes({ filters }));
  return [...new Set(Volumes.flatMap(({ Labels }) => Labels[LABEL.installation] ?? []))];
}
