import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import type { EnvironmentSpec } from '../../engine.ts';
import { lastAddress, networkName } from '../networks/network.ts';
import { call, engineMessage, hasStatus } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { endpointConfig } from '../environments/machine-config.ts';
import type { MachineEndpoint } from '../environments/machine-config.ts';
import type { ProvisionContext } from '../environments/machines.ts';
import { createUnlessTaken } from '../environments/teardown.ts';
import type { CreatedObjects } from '../environments/teardown.ts';
import { hardened, registryNames, SOCKET_FOLDER } from './registry-part.ts';

/** Host name of the registry on an environment's networks, where it listens on port 5000. */
const REGISTRY_HOST = 'registry';
/** Process limit: a server, its worker, and commands for debugging. */
const PIDS = 16;
/** Memory limit, in bytes: buffers of 48 connections. */
const MEMORY_BYTES = 64 * 1024 * 1024;

/**
 * Creates the front through which an environment accesses the local registry: on the environment's networks
 * only, which must exist.
 * @throws LOCAL_REGISTRY_UNAVAILABLE
 */
export async function createFront(
  context: ProvisionContext,
  { environmentId, networks }: EnvironmentSpec,
  created: CreatedObjects,
): Promise<void> {
  const { docker, installation, registryImage, registryInstallation = installation } = context;
  if (registryImage === undefined)
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', {
      problem: 'it is off; an admin can turn it on with BERTH_REGISTRY',
    });
  const ends = networks.map(({ name, subnet }) => ({
    network: networkName(environmentId, name),
    address: lastAddress(subnet),
  }));
  const config = frontConfig({
    name: `berth-${environmentId}.registry`,
    image: registryImage,
    socket: registryNames(registryInstallation).socket,
    labels: labelsOf(installation, 'front', { environment: environmentId }),
    first: ends[0],
  });
  try {
    await ensureSocket(docker, registryInstallation);
    await createUnlessTaken(created.containers, config.name, () =>
      call(() => docker.createContainer(config)),
    );
    await joinAndStart(docker, config.name, ends.slice(1));
  } catch (error) {
    if (isFault(error, 'ENGINE_UNREACHABLE', 'DISK_FULL')) throw error;
    const absent = `its image ${registryImage} is not on the engine; "berth up" builds it`;
    const problem = hasStatus(error, 404) ? absent : engineMessage(error);
    throw fault('LOCAL_REGISTRY_UNAVAILABLE', { problem }, error);
  }
}

/**
 * Creates the socket's volume. The engine would create it too, but without the labels by which Berth finds
 * it.
 */
async function ensureSocket(docker: Docker, installation: string): Promise<void> {
  const Labels = labelsOf(installation, 'registry');
  await call(() => docker.createVolume({ Name: registryNames(installation).socket, Labels }));
}

async function joinAndStart(docker: Docker, name: string, ends: readonly MachineEndpoint[]): Promise<void> {
  for (const { network, address } of ends) {
    const join = { Container: name, EndpointConfig: endpointConfig(REGISTRY_HOST, { network, address }) };
    await call(() => docker.getNetwork(network).connect(join));
  }
  await call(() => docker.getContainer(name).start());
}

/**
 * Returns the engine's configuration of a front: without capabilities, and not a router between its networks.
 */
function frontConfig(spec: {
  name: string;
  image: string;
  socket: string;
  labels: Record<string, string>;
  first: MachineEndpoint | undefined;
}): Docker.ContainerCreateOptions & { name: string } {
  const { first } = spec;
  return {
    name: spec.name,
    Image: spec.image,
    Hostname: REGISTRY_HOST,
    Cmd: ['nginx', '-c', '/etc/berth/front.conf'],
    StopSignal: 'SIGTERM',
    Labels: spec.labels,
    HostConfig: {
      NetworkMode: first?.network ?? 'none',
      Binds: [`${spec.socket}:${SOCKET_FOLDER}:ro`],
      RestartPolicy: { Name: 'unless-stopped' },
      // The engine's host forwards packets, and a new network namespace copies that setting.
      Sysctls: { 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.all.rp_filter': '1' },
      ...hardened({ memoryBytes: MEMORY_BYTES, pids: PIDS }),
    },
    NetworkingConfig: {
      EndpointsConfig: first ? { [first.network]: endpointConfig(REGISTRY_HOST, first) } : {},
    },
  };
}
