import type Docker from 'dockerode';
import type { EnvironmentStatus, MachineStatus } from '../engine.ts';
import { call, hasStatus } from './faults.ts';
import { LABEL, labelFilter } from './labels.ts';
import type { Role } from './labels.ts';
import { networkName } from './network.ts';

/** State of one machine. @throws CONTAINER_NOT_FOUND */
export async function inspectMachine(docker: Docker, machineId: string): Promise<MachineStatus> {
  const { State, Config, NetworkSettings } = await call(() => docker.getContainer(machineId).inspect());
  const running = State.Running && !State.Restarting;
  const network = NetworkSettings.Networks[networkName(Config.Labels[LABEL.session] ?? '')];
  return {
    state: machineState(State.Status),
    address: running ? network?.IPAddress || undefined : undefined,
    exitCode: running || State.Status === 'created' ? undefined : State.ExitCode,
    outOfMemory: State.OOMKilled,
  };
}

/** All environments of the installation, those too of which only a network is left. */
export async function listEnvironments(docker: Docker, installation: string): Promise<EnvironmentStatus[]> {
  const filters = (role: Role) => labelFilter({ [LABEL.installation]: installation, [LABEL.role]: role });
  const [networks, containers] = await Promise.all([
    call(() => docker.listNetworks({ filters: filters('network') })),
    call(() => docker.listContainers({ all: true, filters: filters('machine') })),
  ]);
  const environments = new Map<string, EnvironmentStatus>();
  const environmentOf = (labels: Record<string, string> = {}) => {
    const sessionId = labels[LABEL.session] ?? '';
    const found = environments.get(sessionId) ?? { sessionId, machines: [] };
    environments.set(sessionId, found);
    return found;
  };
  for (const { Labels } of networks) environmentOf(Labels);
  const statuses = await Promise.all(containers.map((container) => statusOf(docker, container)));
  for (const [index, status] of statuses.entries()) {
    const container = containers[index];
    if (!status || !container) continue;
    const name = container.Labels[LABEL.machine] ?? '';
    environmentOf(container.Labels).machines.push({ name, machineId: container.Id, ...status });
  }
  return [...environments.values()];
}

/** What the list says is enough for a running machine; undefined when it has gone since. */
async function statusOf(docker: Docker, container: Docker.ContainerInfo): Promise<MachineStatus | undefined> {
  if (container.State === 'running') {
    const network = container.NetworkSettings.Networks[networkName(container.Labels[LABEL.session] ?? '')];
    return {
      state: 'running',
      address: network?.IPAddress || undefined,
      exitCode: undefined,
      outOfMemory: false,
    };
  }
  try {
    return await inspectMachine(docker, container.Id);
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

function machineState(status: string): MachineStatus['state'] {
  if (status === 'created' || status === 'running' || status === 'paused') return status;
  return status === 'restarting' ? 'running' : 'exited';
}
