/** A block of IPv4 addresses; both ends belong to it. */
export interface Block {
  readonly first: number;
  readonly last: number;
}

/** Reads `10.231.0.0/16`; undefined when it is none. */
export function parseBlock(cidr: string): Block | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (!match) return undefined;
  const [a, b, c, d, bits] = match.slice(1).map(Number) as [number, number, number, number, number];
  if (Math.max(a, b, c, d) > 255 || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  const first = address - (address % size);
  return { first, last: first + size - 1 };
}

export function formatBlock({ first, last }: Block): string {
  const bits = 32 - Math.log2(last - first + 1);
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join('.')}/${bits}`;
}

export function overlaps(a: Block, b: Block): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Most addresses of a private range, 10.0.0.0/8. A wider route is a way to the world, which VPNs take in two halves. */
const LARGEST_NETWORK = 2 ** 24;

/** A route of the host to a network; default routes are none. */
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
