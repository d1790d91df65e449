import ipaddr from 'ipaddr.js';

const { IPv4 } = ipaddr;

/** A block of IPv4 addresses, including both ends. */
export interface Block {
  readonly first: number;
  readonly last: number;
}

/** Reads a block such as `10.231.0.0/16`; returns undefined if it is invalid. */
export function parseBlock(cidr: string): Block | undefined {
  if (!IPv4.isValidCIDR(cidr) || !IPv4.isValidFourPartDecimal(cidr.split('/')[0] ?? '')) return undefined;
  return {
    first: numberOf(IPv4.networkAddressFromCIDR(cidr)),
    last: numberOf(IPv4.broadcastAddressFromCIDR(cidr)),
  };
}

export function formatBlock({ first, last }: Block): string {
  const bits = 32 - Math.log2(last - first + 1);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(first);
  return `${new IPv4([...bytes]).toString()}/${bits}`;
}

const numberOf = (address: ipaddr.IPv4) => Buffer.from(address.toByteArray()).readUInt32BE(0);

export function overlaps(a: Block, b: Block): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/**
 * Number of addresses of the largest private range, 10.0.0.0/8. A wider route is a way to the world, which VPNs take in
 * two halves.
 */
const LARGEST_NETWORK = 2 ** 24;

/** A route of the host to a network. Default routes do not count. */
export interface Route extends Block {
  readonly device: string;
}

/** Reads /proc/net/route, whose addresses are hexadecimal in the byte order of the machine. */
export function parseRoutes(text: string): Route[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [device, destination, , , , , , mask] = line.trim().split(/\s+/);
      if (!device || !destination || !mask) return [];
      const first = littleEndian(destination);
      const size = 2 ** 32 - littleEndian(mask);
      if (size > LARGEST_NETWORK) return [];
      return [{ device, first, last: first + size - 1 }];
    });
}

function littleEndian(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE(0);
}
