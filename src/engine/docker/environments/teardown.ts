import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { call, hasStatus } from '../faults.ts';
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
