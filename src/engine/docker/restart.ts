import type Docker from 'dockerode';
import type { Egress } from './egress.ts';
import { call } from './faults.ts';
import { LABEL, listedIn } from './labels.ts';
import { STOP_TIMEOUT_S } from './machine-config.ts';
import { networkName } from './network.ts';

/**
 * Restarts a machine. One that reaches the internet gets its rules first: a reboot of the host or a
 * reload of its firewall took them away since it was made. @throws EGRESS_UNAVAILABLE
 */
export async function restartMachine(docker: Docker, egress: Egress, machineId: string): Promise<void> {
  const container = docker.getContainer(machineId);
  if (await reachesInternet(docker, container)) await egress.protect();
  await call(() => container.restart({ t: STOP_TIMEOUT_S }));
}

async function reachesInternet(docker: Docker, container: Docker.Container): Promise<boolean> {
  const { Labels } = (await call(() => container.inspect())).Config;
  const names = listedIn(Labels[LABEL.networks]).map((name) =>
    networkName(Labels[LABEL.environment] ?? '', name),
  );
  const networks = await Promise.all(names.map((name) => call(() => docker.getNetwork(name).inspect())));
  return networks.some((network) => !(network as { Internal: boolean }).Internal);
}
