import { networkInterfaces } from 'node:os';
import type { Clock } from '../clock.ts';
import { fault } from '../errors.ts';

/** Addresses of one session's network, a /28: 13 machines beside network, gateway and broadcast. */
const SUBNET_SIZE = 16;

/** How long a subnet that the engine refused is left alone, in milliseconds: what overlaps it was made by others and may go again. */
const REFUSED_FOR_MS = 10 * 60_000;

/** Random picks before all used subnets are asked for: enough while the pool is not nearly full. */
const BLIND_PICKS = 4;

export type SubnetPool = ReturnType<typeof createSubnetPool>;

/**
 * The subnets of `cidr` by their index. Who holds which is in the database, by a unique column: the
 * pool only proposes, so any number of processes may propose at once.
 * @throws CONFIG_INVALID when `cidr` has no room for one subnet
 */
export function createSubnetPool(options: {
  cidr: string;
  clock: Pick<Clock, 'now'>;
  /** Networks that the host itself is in. */
  hostNetworks?: () => string[];
  random?: () => number;
}) {
  const { cidr, clock, hostNetworks = networksOfThisHost, random = Math.random } = options;
  const [first, last] = range(cidr);
  const size = Math.floor((last - first + 1) / SUBNET_SIZE);
  if (size < 1) {
    throw fault('CONFIG_INVALID', { problem: `BERTH_SUBNET_POOL: ${cidr} must be a /28 or larger.` });
  }
  const refused = new Map<number, number>();

  const subnet = (index: number) => `${dotted(first + index * SUBNET_SIZE)}/28`;

  function barred(): (index: number) => boolean {
    const now = clock.now().getTime();
    for (const [index, until] of refused) if (until <= now) refused.delete(index);
    const host = hostNetworks().map(range);
    return (index) => {
      const start = first + index * SUBNET_SIZE;
      const overlaps = host.some(([from, to]) => start <= to && from <= start + SUBNET_SIZE - 1);
      return overlaps || refused.has(index);
    };
  }

  return {
    size,
    /** CIDR of a place in the pool. */
    subnet,
    /** Notes that the engine refused this subnet, because it overlaps something there. */
    refuse(index: number): void {
      refused.set(index, clock.now().getTime() + REFUSED_FOR_MS);
    },
    /**
     * Calls `take` with one free-looking index after another until it answers true: false means
     * that another session holds that one. `used` tells all indexes held; it is asked only when
     * guessing did not help.
     * @throws SUBNETS_EXHAUSTED when none is left
     */
    async allocate(
      take: (index: number) => Promise<boolean>,
      used: () => Promise<Iterable<number>>,
    ): Promise<number> {
      const isBarred = barred();
      for (let pick = 0; pick < BLIND_PICKS; pick++) {
        const index = Math.floor(random() * size);
        if (!isBarred(index) && (await take(index))) return index;
      }
      const held = new Set(await used());
      for (let index = 0; index < size; index++) {
        if (!held.has(index) && !isBarred(index) && (await take(index))) return index;
      }
      throw fault('SUBNETS_EXHAUSTED');
    },
  };
}

/** First and last address of a CIDR, as numbers. */
function range(cidr: string): [first: number, last: number] {
  const [address = '', bits = '32'] = cidr.split('/');
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(number / size) * size;
  return [first, first + size - 1];
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function networksOfThisHost(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, cidr }) => family === 'IPv4' && cidr !== null)
    .map(({ cidr }) => cidr as string);
}
