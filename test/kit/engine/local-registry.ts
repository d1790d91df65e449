import { join } from 'node:path';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerImages } from '../../../src/engine/docker/images/images.ts';
import { createDockerRegistry, REGISTRY_IMAGE } from '../../../src/engine/docker/registry/registry.ts';
import { BASE_IMAGE } from '../../../src/host-setup/base-image.ts';
import type { EngineRegistry } from '../../../src/engine/engine-registry.ts';
import { isFault } from '../../../src/core/errors.ts';
import type { FaultCode } from '../../../src/core/errors.ts';
import { ensureLabImage } from '../../../src/host-setup/lab-images.ts';
import { newInstallation } from './installation.ts';
import { until } from '../basics/until.ts';

/** Longest wait for a started registry to answer, in milliseconds. */
export const START_MS = 15_000;

/** Builds the image of registries unless it is current. */
export async function ensureRegistryImage(t: Test): Promise<string> {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const images = createDockerImages({ docker });
  const base = await images.find(BASE_IMAGE);
  if (!base) throw new Error(`${BASE_IMAGE} is not on the engine`);
  const folder = { name: 'registry', path: join(import.meta.dirname, '../../../images/registry') };
  const step = { progress: () => undefined };
  await ensureLabImage({ images, folder, debian: { id: base.id, name: BASE_IMAGE }, step });
  return REGISTRY_IMAGE;
}

/** A local registry of the test's own installation. It is removed after the test, with its content. */
export async function openLocalRegistry(t: Test, { upstream }: { upstream?: string } = {}) {
  const image = await ensureRegistryImage(t);
  const installation = newInstallation(t);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const open = (changes: { upstream?: string; image?: string } = {}) =>
    createDockerRegistry({ docker, installation, upstream, image, ...changes });
  const registry = open();
  t.teardown(close);
  return { registry, docker, installation, open };
}

/** Resolves once the registry answers with this many names. */
export async function whenHolding(registry: EngineRegistry, names: number): Promise<void> {
  const holds = async () => (await registry.list()).length === names;
  await until(() => holds().catch(notYet('LOCAL_REGISTRY_UNAVAILABLE')), START_MS);
}

/** For polls that repeat while this error occurs. */
export function notYet(code: FaultCode): (error: unknown) => false {
  return (error) => {
    if (isFault(error, code)) return false;
    throw error;
  };
}
