import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { call, engineMessage, hasStatus, isRefusal, allOrFirstFault } from '../faults.ts';
import { inspectMachine } from '../status.ts';
import type { Egress } from '../networks/egress.ts';
import { LABEL, listedIn } from '../labels.ts';
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
