import { connectEngine } from './client.ts';
import { createDockerEngine } from './docker-engine.ts';
import type { DockerEngineOptions } from './docker-engine.ts';
import { createDockerImages } from './images/images.ts';
import type { DockerImagesOptions } from './images/images.ts';
import { createDockerRegistry, REGISTRY_IMAGE } from './registry/registry.ts';

/**
 * Creates the ports of a service to its Docker engine: environments, images and the local registry. Sends nothing
 * before the first call. Close it after all work on the engine has ended.
 * @throws CONFIG_INVALID for an invalid address
 */
export function createDocker(options: {
  installation: string;
  /** Address of the engine, as in `DOCKER_HOST`; the default of Docker if undefined. */
  host: string | undefined;
  nameServers: readonly string[];
  nestedDocker: DockerEngineOptions['nestedDocker'];
  nestedRuntime: string | undefined;
  /** The setting BERTH_REGISTRY: "off", "auto", or the address of a registry whose images the local one caches. */
  registrySetting: string;
  /** Returns the credentials for a registry; undefined for anonymous access. */
  credentialsFor: DockerImagesOptions['credentialsFor'];
  /** Returns the credentials for all registries, for builds. */
  allCredentials: DockerImagesOptions['allCredentials'];
  /** Called with each image that the engine pulled. */
  onPulled: DockerImagesOptions['onPulled'];
}) {
  const { installation, host, registrySetting, credentialsFor, allCredentials, onPulled } = options;
  const isRegistryWanted = registrySetting !== 'off';
  const engine = createDockerEngine({
    installation,
    host,
    nameServers: options.nameServers,
    nestedDocker: options.nestedDocker,
    nestedRuntime: options.nestedRuntime,
    registryImage: isRegistryWanted ? REGISTRY_IMAGE : undefined,
    credentialsFor,
    onPulled,
  });
  // Long pulls and builds get their own connections.
  const connection = connectEngine(host, process.env);
  const { docker } = connection;
  return {
    engine,
    images: createDockerImages({ docker, installation, credentialsFor, allCredentials, onPulled }),
    registry: createDockerRegistry({
      docker,
      installation,
      upstream: registrySetting === 'auto' || !isRegistryWanted ? undefined : registrySetting,
    }),
    async close(): Promise<void> {
      connection.close();
      await engine.close();
    },
  };
}
