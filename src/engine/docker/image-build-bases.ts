import type Dockerode from 'dockerode';
import { call } from './faults.ts';
import { inspectImage } from './image-pull.ts';
import type { PullContext } from './image-pull.ts';

/** The engine's words for an image that it had not; a step of the build cannot say them, its output comes in another way. */
const FETCHED = /^Status: Downloaded newer image for (\S+)$/;

/**
 * Makes what reads the engine's words of a build and tells `onPulled` of the images that it fetched to
 * build upon. To be made before the build begins: names that the engine has by then are not told.
 */
export async function watchBases({
  docker,
  onPulled,
}: Pick<PullContext, 'docker' | 'onPulled'>): Promise<(status: string) => Promise<void>> {
  if (!onPulled) return async () => undefined;
  const before = await namesOnEngine(docker);
  return async (status) => {
    const name = FETCHED.exec(status)?.[1];
    if (name === undefined || before.has(name)) return;
    const fetched = await inspectImage(docker, name);
    if (fetched) await onPulled({ name, id: fetched.id });
  };
}

async function namesOnEngine(docker: Dockerode): Promise<Set<string>> {
  const images = await call(() => docker.listImages());
  return new Set(
    images.flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])]),
  );
}
