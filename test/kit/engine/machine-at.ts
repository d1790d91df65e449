import type Docker from 'dockerode';
import { LABEL, labelFilter } from '../../../src/engine/docker/labels.ts';

/** The engine's container of the machine at this address on a session's network. */
export async function machineAt(docker: Docker, address: string): Promise<Docker.ContainerInfo> {
  const machines = await docker.listContainers({ filters: labelFilter({ [LABEL.role]: 'machine' }) });
  const found = machines.find(({ NetworkSettings }) =>
    Object.values(NetworkSettings.Networks).some(({ IPAddress }) => IPAddress === address),
  );
  if (!found) throw new Error(`No machine is at ${address}.`);
  return found;
}
