import type Docker from 'dockerode';
import type { EnvironmentStatus, MachineAddress, MachineStatus } from '../engine.ts';
import { call, hasStatus } from './faults.ts';
import { LABEL, labelFilter, listedIn, isMadeByBerth } from './labels.ts';
import type { Role } from './labels.ts';
import { networkName } from './networks/network.ts';

/** Returns the state of one machine. @throws CONTAINER_NOT_FOUND */
export async function inspectMachine(docker: Docker, machineId: string): Promise<MachineStatus> {
  const { State, Config, NetworkSettings } = await call(() => docker.getContainer(machineId).inspect());
  const running = State.Running && !State.Restarting;
  return {
    state: machineState(State.Status),
    addresses: running ? addressesOf(Config.Labels, NetworkSettings.Networks) : [],
    exitCode: running || State.Status === 'created' ? undefined : State.ExitCode,
    outOfMemory: State.OOMKilled,
  };
}

/** Lists all environments of the installation, including those with only a network or a volume left. */
export async function listEnvironments(docker: Docker, installation: string): Promise<EnvironmentStatus[]> {
  const filters = (role: Role) => labelFilter({ [LABEL.installation]: installation, [LABEL.role]: role });
  const [networks, { Volumes: volumes }, listed] = await Promise.all([
    call(() => docker.listNetworks({ filters: filters('network') })),
    call(() => docker.listVolumes({ filters: filters('volume') })),
    call(() => docker.listContainers({ all: true, filters: filters('machine') })),
  ]);
  const containers = listed.filter(isMadeByBerth);
  const environments = new Map<string, EnvironmentStatus>();
  const environmentOf = (labels: Record<string, string> = {}) => {
    const environmentId = labels[LABEL.environment] ?? '';
    const found = environments.get(environmentId) ?? { environmentId, machines: [] };
    environments.set(environmentId, found);
    return found;
  };
  for (const { Labels } of [...networks, ...volumes]) environmentOf(Labels);
  const statuses = await Promise.all(containers.map((container) => statusOf(docker, container)));
  for (const [index, status] of statuses.entries()) {
    const container = containers[index];
    if (!status || !container) continue;
    const name = container.Labels[LABEL.machine] ?? '';
    environmentOf(container.Labels).machines.push({ name, machineId: container.Id, ...status });
  }
  return [...environments.values()];
}

/** Returns a machine's status; undefined if it is gone. For a running machine the list has all values. */
async function statusOf(docker: Docker, container: Docker.ContainerInfo): Promise<MachineStatus | undefined> {
  if (container.State === 'running') {
    const addresses = addressesOf(container.Labels, container.NetworkSettings.Networks);
    return { state: 'running', addresses, exitCode: undefined, outOfMemory: false };
  }
  try {
    return await inspectMachine(docker, container.Id);
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Returns a machine's addresses in the order of its networks. */
function addressesOf(
  labels: Record<string, string>,
  endpoints: Record<string, { IPAddress: string } | undefined>,
): MachineAddress[] {
  return listedIn(labels[LABEL.networks]).flatMap((network) => {
    const address = endpoints[networkName(labels[LABEL.environment] ?? '', network)]?.IPAddress;
    return address ? [{ network, address }] : [];
  });
}

function machineState(status: string): MachineStatus['state'] {
  if (status === 'created' || status === 'running' || status === 'paused') return status;
  return status === 'restarting' ? 'running' : 'exited';
}
