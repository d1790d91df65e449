import type { Clock } from '../../core/clock.ts';
import type { Config } from '../../config/config.ts';
import type { EngineConnection } from '../../engine/docker/client.ts';
import {
  createDockerRegistry,
  listRegistries,
  REGISTRY_IMAGE,
} from '../../engine/docker/registry/registry.ts';
import type { EngineImages } from '../../engine/engine-images.ts';
import { seedRegistry } from '../../domains/images/registry/registry-seeds.ts';
import { retryUntilAnswered } from '../../domains/images/registry/registry-maintenance.ts';
import { newTestEnvironmentId } from '../../domains/lab-tests/environment-ids.ts';
import type { Lab } from '../../domains/labs/lab.ts';
import { access } from 'node:fs/promises';
import { openDatabase, readInstallation } from '../../infra/database/database.ts';
import { parseDatabaseUrl } from '../../infra/database/database-url.ts';

/**
 * Provides the local registry for tested labs: that of the installation with these settings, or a separate one with
 * the default images if there is no installation yet.
 */
export function createLabTestsRegistry({
  docker,
  images,
  clock,
  config,
}: {
  docker: EngineConnection['docker'];
  images: EngineImages;
  clock: Clock;
  config: Pick<Config, 'registry' | 'databaseUrl'>;
}) {
  const own = newTestEnvironmentId();
  const upstream = config.registry === 'auto' ? undefined : config.registry;

  async function openOwn(): Promise<void> {
    const registry = createDockerRegistry({ docker, installation: own, upstream });
    await registry.ensure();
    if (upstream !== undefined) return;
    const { signal } = new AbortController();
    await retryUntilAnswered(() => seedRegistry({ registry, engine: images }, signal), clock, signal);
  }

  return {
    /**
     * Returns the registry's settings for an engine; none if no lab needs it or it is off.
     * @throws LOCAL_REGISTRY_UNAVAILABLE
     */
    async open(labs: readonly Lab[]) {
      if (config.registry === 'off' || !labs.some(({ registry }) => registry)) return {};
      const registryInstallation = await settingsInstallation(config);
      if (registryInstallation === undefined) await openOwn();
      return { registryImage: REGISTRY_IMAGE, registryInstallation: registryInstallation ?? own };
    },

    /** Removes the separate registry and its images, if there is one. */
    close: (): Promise<void> => removeTestRegistries(docker, (id) => id === own),
  };
}

/** Removes registries of tests. They have ids like environments. */
export async function removeTestRegistries(
  docker: EngineConnection['docker'],
  matches: (id: string) => boolean,
): Promise<void> {
  const found = (await listRegistries(docker)).filter(matches);
  await Promise.all(
    found.map((installation) =>
      createDockerRegistry({ docker, installation, upstream: undefined }).destroy(),
    ),
  );
}

/** Reads the installation's id from its database; undefined if there is no database yet. @throws DATABASE_UNREACHABLE */
async function settingsInstallation({ databaseUrl }: { databaseUrl: string }): Promise<string | undefined> {
  const location = parseDatabaseUrl(databaseUrl);
  // Opening a missing file would create it.
  if (location.provider === 'sqlite' && !(await isThere(location.file))) return undefined;
  const database = await openDatabase({ url: databaseUrl });
  try {
    return await readInstallation(database);
  } finally {
    await database.close();
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
