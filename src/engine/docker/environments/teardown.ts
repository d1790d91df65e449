import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import type Docker from 'dockerode';
import { call, hasStatus, isRefusal } from '../faults.ts';
import { LABEL, labelFilter, isMadeByBerth } from '../labels.ts';

/** Attempts to remove an object while another call removes it, and the delay between them in milliseconds. */
const ATTEMPTS = 50;
const PAUSE_MS = 100;

/** Removes everything with the environment's labels. Succeeds if it is already gone. */
export async function destroyEnvironment(
  docker: Docker,
  installation: string,
  environmentId: string,
): Promise<void> {
  const filters = labelFilter({ [LABEL.installation]: installation, [LABEL.environment]: environmentId });
  const containers = await call(() => docker.listContainers({ all: true, filters }));
  await Promise.all(containers.filter(isMadeByBerth).map(({ Id }) => removeContainer(docker, Id)));
  const [networks, { Volumes }] = await Promise.all([
    call(() => docker.listNetworks({ filters })),
    call(() => docker.listVolumes({ filters })),
  ]);
  await Promise.all([
    ...networks.map(({ Id }) => removeNetwork(docker, Id)),
    ...Volumes.map(({ Name }) => removeVolume(docker, Name)),
  ]);
}

/** Kills and removes a container with its anonymous volumes, and waits until it is gone. */
export async function removeContainer(docker: Docker, id: string): Promise<void> {
  await untilGone(() => call(() => docker.getContainer(id).remove({ force: true, v: true })));
}

/** Removes a volume as soon as no container mounts it. */
export async function removeVolume(docker: Docker, name: string): Promise<void> {
  await untilGone(() => call(() => docker.getVolume(name).remove()));
}

/** Removes a network; first disconnects the machines that are still on it. */
export async function removeNetwork(docker: Docker, id: string): Promise<void> {
  const network = docker.getNetwork(id);
  await untilGone(async () => {
    try {
      await call(() => network.remove());
    } catch (error) {
      if (hasStatus(error, 403, 409)) await disconnectAll(network);
      throw error;
    }
  });
}

async function disconnectAll(network: Docker.Network): Promise<void> {
  const { Containers = {} } = (await call(() => network.inspect())) as { Containers?: object };
  for (const Container of Object.keys(Containers)) {
    await call(() => network.disconnect({ Container, Force: true })).catch((error: unknown) => {
      if (!hasStatus(error, 403, 404)) throw error;
    });
  }
}

async function untilGone(remove: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await remove();
      return;
    } catch (error) {
      if (hasStatus(error, 404)) return;
      // Another call removes it right now, or an endpoint is being disconnected.
      if (!hasStatus(error, 403, 409) || attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

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
