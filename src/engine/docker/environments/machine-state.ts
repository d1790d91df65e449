import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { EnvironmentStatus, MachineAddress, MachineStatus } from '../../engine.ts';
import { call, engineMessage, hasStatus, isRefusal, allOrFirstFault } from '../faults.ts';
import type { Egress } from '../networks/egress.ts';
import { LABEL, listedIn, labelFilter, isMadeByBerth } from '../labels.ts';
import type { Role } from '../labels.ts';
import { limitNamespaces } from '../nested/namespace-limits.ts';
import type { NamespaceLimitsOptions } from '../nested/namespace-limits.ts';
import { waitForEngine } from '../nested/engine-socket.ts';
import { networkName } from '../networks/network.ts';

/** Freezes the machine's processes. Succeeds if they are already frozen. */
export async function pauseMachine(docker: Docker, machineId: string): Promise<void> {
  try {
    await call(() => docker.getContainer(machineId).pause());
  } catch (error) {
    if (!/already paused/i.test(engineMessage(error))) throw error;
  }
}

/**
 * Unfreezes the machine's processes. The engine gives the same error for a running and for an exited machine.
 */
export async function unpauseMachine(docker: Docker, machineId: string): Promise<void> {
  try {
    await call(() => docker.getContainer(machineId).unpause());
  } catch (error) {
    if (!/not paused/i.test(engineMessage(error))) throw error;
    const { state } = await inspectMachine(docker, machineId);
    if (state !== 'running') throw fault('MACHINE_NOT_RUNNING', {}, error);
  }
}

/** Stops a machine within its configured stop timeout. */
export async function stopMachine(container: Docker.Container): Promise<void> {
  try {
    await call(() => container.stop());
  } catch (error) {
    // It was already stopped.
    if (!hasStatus(error, 304)) throw error;
  }
}

/** Shorter than for the first start: the engine's data exists, and repairs of other sessions wait for it. */
const NESTED_TIMEOUT_MS = 60_000;

interface RestartContext extends NamespaceLimitsOptions {
  egress: Egress;
}

/**
 * Restarts a machine. Sets the egress rules first if it has internet: a reboot of the host or a reload of its
 * firewall may have removed them. @throws EGRESS_UNAVAILABLE, NESTED_ENGINE_UNAVAILABLE
 */
export async function restartMachine(context: RestartContext, machineId: string): Promise<void> {
  const { docker, egress } = context;
  const container = docker.getContainer(machineId);
  const { Labels } = (await call(() => container.inspect())).Config;
  if (await reachesInternet(docker, Labels)) await egress.protect();
  await call(() => container.restart());
  if (Labels[LABEL.profile] === 'nested') {
    await allOrFirstFault([
      waitForEngine(container, { machine: Labels[LABEL.machine] ?? '', timeoutMs: NESTED_TIMEOUT_MS }),
      limitNamespaces(context, container),
    ]);
  }
}

async function reachesInternet(docker: Docker, Labels: Record<string, string>): Promise<boolean> {
  const names = listedIn(Labels[LABEL.networks]).map((name) =>
    networkName(Labels[LABEL.environment] ?? '', name),
  );
  const networks = await Promise.all(names.map((name) => call(() => docker.getNetwork(name).inspect())));
  return networks.some((network) => !(network as { Internal: boolean }).Internal);
}

/** Runs `use` while the machine is paused. */
export async function whilePaused<T>(container: Docker.Container, use: () => Promise<T>): Promise<T> {
  try {
    await call(() => container.pause());
  } catch (error) {
    // A machine that does not run, or cannot be paused here, is saved as it is.
    if (!isRefusal(error) || hasStatus(error, 404)) throw error;
    return use();
  }
  try {
    return await use();
  } finally {
    await unpauseIfPaused(container);
  }
}

/** Unfreezes a machine. Succeeds if it ended, restarted or disappeared meanwhile. */
async function unpauseIfPaused(container: Docker.Container): Promise<void> {
  try {
    await call(() => container.unpause());
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (await isPaused(container)) throw error;
  }
}

async function isPaused(container: Docker.Container): Promise<boolean> {
  try {
    return (await call(() => container.inspect())).State.Paused;
  } catch (error) {
    if (hasStatus(error, 404)) return false;
    throw error;
  }
}

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
