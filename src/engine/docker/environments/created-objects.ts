import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { call, isRefusal } from '../faults.ts';
import { LABEL, labelFilter } from '../labels.ts';
import { removeContainer, removeNetwork, removeVolume } from './teardown.ts';

/** Everything to remove if a later step fails. */
export interface CreatedObjects {
  /** Names. */
  containers: Set<string>;
  networks: Set<string>;
  /** Value of the volumes' attempt label. */
  attempt: string;
}

/** Returns an empty record. */
export function noObjects(): CreatedObjects {
  return { containers: new Set(), networks: new Set(), attempt: randomUUID() };
}

/**
 * Records `name` for removal before it creates the object, so that a lost answer leaves nothing behind. If
 * the engine refuses, the name is forgotten: any object with that name belongs to somebody else.
 */
export async function createUnlessTaken<T>(
  names: Set<string>,
  name: string,
  create: () => Promise<T>,
): Promise<T> {
  names.add(name);
  try {
    return await create();
  } catch (error) {
    if (isRefusal(error)) names.delete(name);
    throw error;
  }
}

/** Removes everything in the record, as far as the engine answers. */
export async function removeCreated(docker: Docker, created: CreatedObjects): Promise<void> {
  // If the engine is down, the objects stay; list() reports them when it is back.
  await Promise.allSettled([...created.containers].map((name) => removeContainer(docker, name)));
  const networks = [...created.networks].map((name) => removeNetwork(docker, name));
  await Promise.allSettled([...networks, removeVolumesOf(docker, created.attempt)]);
}

async function removeVolumesOf(docker: Docker, attempt: string): Promise<void> {
  const filters = labelFilter({ [LABEL.attempt]: attempt });
  const { Volumes } = await call(() => docker.listVolumes({ filters }));
  await Promise.allSettled(Volumes.map(({ Name }) => removeVolume(docker, Name)));
}
