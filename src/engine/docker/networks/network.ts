import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { NetworkSpec } from '../../engine.ts';
import { call, engineWords } from '../faults.ts';
import { labelsOf } from '../labels.ts';

/** What the egress rules know bridges to the internet by; interface names hold 15 characters. */
export const EGRESS_BRIDGE_PREFIX = 'berth';
const INTERFACE_NAME_LENGTH = 15;

/** A network together with what it belongs to. */
export interface OwnedNetworkSpec extends NetworkSpec {
  installation: string;
  environmentId: string;
}

/** Name of an environment's network on the engine. */
export function networkName(environmentId: string, network: string): string {
  return `berth-${environmentId}-${network}`;
}

/** Makes a network. @throws SUBNETS_EXHAUSTED with its `subnet` when that is in use already */
export async function createNetwork(docker: Docker, spec: OwnedNetworkSpec): Promise<void> {
  try {
    await call(() => docker.createNetwork(networkConfig(spec)));
  } catch (error) {
    if (/overlap/i.test(engineWords(error))) throw fault('SUBNETS_EXHAUSTED', { subnet: spec.subnet }, error);
    throw error;
  }
}

/** The engine's description of the network; pure. */
export function networkConfig(spec: OwnedNetworkSpec): Docker.NetworkCreateOptions {
  const { installation, environmentId, name } = spec;
  return {
    Name: networkName(environmentId, name),
    // Older engines let two networks have one name unless they are asked not to.
    CheckDuplicate: true,
    Driver: 'bridge',
    EnableIPv6: false,
    Internal: !spec.internet,
    IPAM: { Driver: 'default', Config: [{ Subnet: spec.subnet }] },
    Options: spec.internet
      ? { 'com.docker.network.bridge.name': egressBridge(spec) }
      : // Without an address the bridge is no way to the services of the host.
        { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
    Labels: labelsOf(installation, 'network', { environment: environmentId, network: name }),
  };
}

function egressBridge({ installation, environmentId, name }: OwnedNetworkSpec): string {
  const hash = createHash('sha256').update(`${installation}/${environmentId}/${name}`).digest('hex');
  return (EGRESS_BRIDGE_PREFIX + hash).slice(0, INTERFACE_NAME_LENGTH);
}
