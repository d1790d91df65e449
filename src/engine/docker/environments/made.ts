import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { call, isRefusal } from '../faults.ts';
import { LABEL, labelFilter } from '../labels.ts';
import { removeContainer, removeNetwork, removeVolume } from './teardown.ts';

/** What is to be taken away again when a later step fails. */
export interface Made {
  /** Names. */
  containers: Set<string>;
  networks: Set<string>;
  /** Label of the volumes. */
  attempt: string;
}

/** Nothing, as yet. */
export function nothingMade(): Made {
  return { containers: new Set(), networks: new Set(), attempt: randomUUID() };
}

/**
 * Notes `name` for removal before it is made, so that an answer lost on the way leaves nothing. What
 * the engine refused to make is not there, unless it is another one's: that stays.
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

/** Removes what was made, as far as the engine answers. */
export async function takeBack(docker: Docker, made: Made): Promise<void> {
  // An engine that went away meanwhile keeps what was made; list() shows it when it is back.
  await Promise.allSettled([...made.containers].map((name) => removeContainer(docker, name)));
  const networks = [...made.networks].map((name) => removeNetwork(docker, name));
  await Promise.allSettled([...networks, removeVolumesOf(docker, made.attempt)]);
}

async function removeVolumesOf(docker: Docker, attempt: string): Promise<void> {
  const filters = labelFilter({ [LABEL.attempt]: attempt });
  const { Volumes } = await call(() => docker.listVolumes({ filters }));
  await Promise.allSettled(Volumes.map(({ Name }) => removeVolume(docker, Name)));
}
