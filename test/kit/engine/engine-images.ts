import { randomBytes } from 'node:crypto';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerImages } from '../../../src/engine/docker/images/images.ts';
import type { DockerImagesOptions } from '../../../src/engine/docker/images/images.ts';
import type { BuildFile, EngineImages, ImageBuildSpec } from '../../../src/engine/engine-images.ts';

/** The images of the tests' engine. */
export function openImages(
  t: Test,
  options: Omit<DockerImagesOptions, 'docker'> = {},
): EngineImages & { docker: DockerImagesOptions['docker'] } {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  return { ...createDockerImages({ docker, ...options }), docker };
}

/** A unique name. Whichever image has it at the end is removed after the test. */
export function ownName(t: Test, images: Pick<EngineImages, 'remove'>): string {
  const name = `berth-test/${randomBytes(8).toString('hex')}:1`;
  t.teardown(() => images.remove(name));
  return name;
}

export function buildFile(path: string, text: string): BuildFile {
  return { path, content: Buffer.from(text), executable: false };
}

/** A build of this Dockerfile, with changes. */
export function buildSpec(dockerfile: string, changes: Partial<ImageBuildSpec> = {}): ImageBuildSpec {
  return {
    name: 'test',
    context: [buildFile('Dockerfile', dockerfile)],
    arguments: {},
    labels: {},
    onOutput: () => undefined,
    ...changes,
  };
}
