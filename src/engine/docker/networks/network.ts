import { createHash } from 'node:crypto';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { NetworkSpec, EnvironmentSpec, MachineAddress } from '../../engine.ts';
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

/**
 * Index of the first machine's address. The engine reserves the gateway's address before it, even if the
 * bridge has none.
 */
const FIRST_MACHINE = 2;

/**
 * Returns each machine's addresses by its name, in the order of its networks.
 * @throws INPUT_INVALID for a missing network, or an invalid or too small subnet
 */
export function environmentAddresses(
  spec: Pick<EnvironmentSpec, 'networks'> & { machines: { name: string; networks: string[] }[] },
): Map<string, MachineAddress[]> {
  const free = new Map(
    spec.networks.map(({ name, subnet }) => {
      const members = spec.machines.filter(({ networks }) => networks.includes(name));
      return [name, machineAddresses(subnet, members.length).values()];
    }),
  );
  const addressOn = (machine: string, network: string) => {
    const address = free.get(network)?.next().value;
    if (address !== undefined) return { network, address };
    throw fault('INPUT_INVALID', {
      problem: `the machine "${machine}" cannot be on the network "${network}"`,
    });
  };
  return new Map(
    spec.machines.map(({ name, networks }) => [name, networks.map((network) => addressOn(name, network))]),
  );
}

/**
 * Returns addresses for `count` machines of `subnet` (CIDR), in order.
 * @throws INPUT_INVALID if they do not fit
 */
export function machineAddresses(subnet: string, count: number): string[] {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet);
  const [a = 0, b = 0, c = 0, d = 0, bits = 33] = match?.slice(1).map(Number) ?? [];
  if (bits > 30 || [a, b, c, d].some((byte) => byte > 255)) {
    throw fault('INPUT_INVALID', { problem: `"${subnet}" is not an IPv4 subnet in CIDR form` });
  }
  const size = 2 ** (32 - bits);
  const base = Math.floor((((a * 256 + b) * 256 + c) * 256 + d) / size) * size;
  if (count > size - FIRST_MACHINE - 1) {
    throw fault('INPUT_INVALID', { problem: `${count} machines do not fit into ${subnet}` });
  }
  return Array.from({ length: count }, (_, index) => dotted(base + FIRST_MACHINE + index));
}

/**
 * Returns the last usable address of a subnet (CIDR), which the registry front uses. @throws INPUT_INVALID
 */
export function lastAddress(subnet: string): string {
  const size = 2 ** (32 - Number(subnet.split('/')[1] ?? 32));
  return machineAddresses(subnet, size - FIRST_MACHINE - 1).at(-1) ?? '';
}

/**
 * Returns the usable addresses of a subnet (CIDR) from the second-last down, which short-lived containers
 * use.
 * @throws INPUT_INVALID
 */
export function addressesBelowLast(subnet: string): string[] {
  const size = 2 ** (32 - Number(subnet.split('/')[1] ?? 32));
  return machineAddresses(subnet, size - FIRST_MACHINE - 2).toReversed();
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
