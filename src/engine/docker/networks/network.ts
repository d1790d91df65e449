import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { NetworkSpec } from '../../engine.ts';
import { call, engineMessage } from '../faults.ts';
import { labelsOf } from '../labels.ts';

/**
 * Prefix of bridges with internet, which the egress rules match. Interface names have at most 15 characters.
 */
export const EGRESS_BRIDGE_PREFIX = 'berth';
const INTERFACE_NAME_LENGTH = 15;

/** A network and its owner. */
interface OwnedNetworkSpec extends NetworkSpec {
  installation: string;
  environmentId: string;
}

/** Returns the name of an environment's network on the engine. */
export function networkName(environmentId: string, network: string): string {
  return `berth-${environmentId}-${network}`;
}

/** Creates a network. @throws SUBNETS_EXHAUSTED with the `subnet` if it is already in use */
export async function createNetwork(docker: Docker, spec: OwnedNetworkSpec): Promise<void> {
  try {
    await call(() => docker.createNetwork(networkConfig(spec)));
  } catch (error) {
    if (/overlap/i.test(engineMessage(error)))
      throw fault('SUBNETS_EXHAUSTED', { subnet: spec.subnet }, error);
    throw error;
  }
}

/** Returns the engine's configuration of the network. */
export function networkConfig(spec: OwnedNetworkSpec): Docker.NetworkCreateOptions {
  const { installation, environmentId, name } = spec;
  return {
    Name: networkName(environmentId, name),
    // Older engines accept two networks with the same name without this option.
    CheckDuplicate: true,
    Driver: 'bridge',
    EnableIPv6: false,
    Internal: !spec.internet,
    IPAM: { Driver: 'default', Config: [{ Subnet: spec.subnet }] },
    Options: spec.internet
      ? { 'com.docker.network.bridge.name': egressBridge(spec) }
      : // A bridge without an address gives no access to the host's services.
        { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
    Labels: labelsOf(installation, 'network', { environment: environmentId, network: name }),
  };
}

function egressBridge({ installation, environmentId, name }: OwnedNetworkSpec): string {
  const hash = createHash('sha256').update(`${installation}/${environmentId}/${name}`).digest('hex');
  return (EGRESS_BRIDGE_PREFIX + hash).slice(0, INTERFACE_NAME_LENGTH);
}
