import type Docker from 'dockerode';
import { allOrFirstFault } from '../all-or-first-fault.ts';
import type { Egress } from '../networks/egress.ts';
import { call } from '../faults.ts';
import { LABEL, listedIn } from '../labels.ts';
import { limitNamespaces } from '../nested/namespace-limits.ts';
import type { NamespaceLimitsOptions } from '../nested/namespace-limits.ts';
import { waitForEngine } from '../nested/nested-ready.ts';
import { networkName } from '../networks/network.ts';

/** Shorter than for the first start: the engine's data exists, and repairs of other sessions wait for it. */
const NESTED_TIMEOUT_MS = 60_000;

export interface RestartContext extends NamespaceLimitsOptions {
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
