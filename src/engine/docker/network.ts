import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import { fault } from '../../errors.ts';
import { call, engineWords } from './faults.ts';
import { labelsOf } from './labels.ts';

/** What the egress rules know bridges to the internet by; interface names hold 15 characters. */
export const EGRESS_BRIDGE_PREFIX = 'berth';
const INTERFACE_NAME_LENGTH = 15;

export interface NetworkSpec {
  installation: string;
  sessionId: string;
  subnet: string;
  internet: boolean;
}

/** Name of the session's network on the engine. */
export function networkName(sessionId: string): string {
  return `berth-${sessionId}`;
}

/** Makes the session's network. @throws SUBNETS_EXHAUSTED when its subnet is in use already */
export async function createNetwork(docker: Docker, spec: NetworkSpec): Promise<void> {
  try {
    await call(() => docker.createNetwork(networkConfig(spec)));
  } catch (error) {
    if (/overlap/i.test(engineWords(error))) throw fault('SUBNETS_EXHAUSTED', {}, error);
    throw error;
  }
}

/** The engine's description of the network; pure. */
export function networkConfig(spec: NetworkSpec): Docker.NetworkCreateOptions {
  return {
    Name: networkName(spec.sessionId),
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
    Labels: labelsOf(spec.installation, 'network', spec),
  };
}

function egressBridge({ installation, sessionId }: NetworkSpec): string {
  const hash = createHash('sha256').update(`${installation}/${sessionId}`).digest('hex');
  return (EGRESS_BRIDGE_PREFIX + hash).slice(0, INTERFACE_NAME_LENGTH);
}
