import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Test } from 'tap';
import { connectEngine } from '../../src/engine/docker/connection.ts';
import { createDockerImages } from '../../src/engine/docker/images.ts';
import { createDockerRegistry, REGISTRY_IMAGE } from '../../src/engine/docker/registry.ts';
import { BASE_IMAGE } from '../../src/setup/base-image.ts';
import { ensureLabImage } from '../../src/setup/lab-images.ts';

/** Builds the image of registries where it is not there as its folder has it. */
export async function ensureRegistryImage(t: Test): Promise<string> {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const images = createDockerImages({ docker });
  const base = await images.find(BASE_IMAGE);
  if (!base) throw new Error(`${BASE_IMAGE} is not on the engine`);
  const folder = { name: 'registry', path: join(import.meta.dirname, '../../images/registry') };
  const step = { progress: () => undefined };
  await ensureLabImage({ images, folder, base: { id: base.id, name: BASE_IMAGE }, step });
  return REGISTRY_IMAGE;
}

/** A local registry of an installation of the test's own; it goes with the test, with what it holds. */
export async function openLocalRegistry(t: Test, { upstream }: { upstream?: string } = {}) {
  const image = await ensureRegistryImage(t);
  const installation = `test-${randomBytes(6).toString('hex')}`;
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const open = (changes: { upstream?: string; image?: string } = {}) =>
    createDockerRegistry({ docker, installation, upstream, image, ...changes });
  const registry = open();
  t.teardown(async () => {
    await registry.remove();
    const filters = { label: [`berth.installation=${installation}`] };
    const { Volumes } = await docker.listVolumes({ filters });
    for (const { Name } of Volumes) await docker.getVolume(Name).remove();
    close();
  });
  return { registry, docker, installation, open };
}
