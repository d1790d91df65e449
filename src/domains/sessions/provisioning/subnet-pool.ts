import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../../../core/clock.ts';
import { fault } from '../../../core/errors.ts';
import { formatBlock, overlaps, parseBlock, parseRoutes } from '../../../core/ipv4.ts';
import type { Block, Route } from '../../../core/ipv4.ts';
import { createQueue } from '../../../core/queue.ts';
import type { AllocatedSubnet, SubnetStore } from './subnet-store.ts';

export type { AllocatedSubnet };

/** Addresses in one subnet. A /28 has a network, a gateway and a broadcast address, and 13 for machines. */
const SUBNET_SIZE = 16;

/** How long a subnet that the engine refused is not used, in milliseconds. The network that overlaps it may be removed. */
const REFUSED_FOR_MS = 10 * 60_000;

/** How long the host's list of networks is cached, in milliseconds: with one for each session there are hundreds. */
const ROUTES_CACHED_MS = 1_000;

/** Allocations that use the database at the same time. A class that starts at once leaves connections for others. */
const ALLOCATIONS_AT_ONCE = 4;

export type SubnetPool = ReturnType<typeof createSubnetPool>;

/**
 * Divides `cidr` into subnets with an index each. The database stores which are allocated, with a unique column. The
 * pool only proposes a subnet, so several processes can propose at the same time.
 * @throws CONFIG_INVALID if `cidr` is too small for one subnet
 */
export function createSubnetPool(options: {
  cidr: string;
  clock: Pick<Clock, 'now'>;
  /** Networks of the host itself, and networks that it has routes to. */
  hostRoutes?: () => Route[];
  random?: () => number;
}) {
  const { cidr, clock, hostRoutes = routesOfThisHost, random = Math.random } = options;
  const pool = readPool(cidr);
  const size = Math.floor((pool.last - pool.first + 1) / SUBNET_SIZE);
  const indexes = Array.from({ length: size }, (_, index) => index);
  const refused = new Map<number, number>();
  let cached = { routes: [] as Route[], until: -Infinity };

  const block = (index: number): Block => {
    const first = pool.first + index * SUBNET_SIZE;
    return { first, last: first + SUBNET_SIZE - 1 };
  };
  /** A bridge inside the pool belongs to a session: the database has ours, and the engine refuses other owners' subnets. */
  const isSession = (route: Route) =>
    route.device.startsWith('br-') && route.first >= pool.first && route.last <= pool.last;

  /** Returns the host's networks inside the pool that are not sessions'. */
  function takenByHost(now: number): Route[] {
    if (now >= cached.until) {
      const routes = hostRoutes().filter((route) => overlaps(route, pool) && !isSession(route));
      cached = { routes, until: now + ROUTES_CACHED_MS };
    }
    return cached.routes;
  }

  /** Returns a test whether a subnet is blocked by another network; undefined if none is. */
  function blocked(): ((index: number) => boolean) | undefined {
    const now = clock.now().getTime();
    for (const [index, until] of refused) if (until <= now) refused.delete(index);
    const taken = takenByHost(now);
    if (taken.length === 0 && refused.size === 0) return undefined;
    return (index) => refused.has(index) || taken.some((route) => overlaps(route, block(index)));
  }

  return {
    size,
    /** Returns the CIDR of a subnet. */
    subnet: (index: number) => formatBlock(block(index)),
    /** Returns how many subnets sessions can use now: all except those blocked by other networks. */
    usable(): number {
      const isBlocked = blocked();
      if (!isBlocked) return size;
      return indexes.filter((index) => !isBlocked(index)).length;
    },
    /** Records that the engine refused this subnet because it overlaps another network. */
    refuse(index: number): void {
      refused.set(index, clock.now().getTime() + REFUSED_FOR_MS);
    },
    /**
     * Allocates a free subnet. It is chosen at random, so simultaneous processes seldom choose the same one. If `take`
     * resolves to false, another process was faster and the next round excludes that subnet.
     * @throws SUBNETS_EXHAUSTED if none is free
     */
    async allocate(
      take: (index: number) => Promise<boolean>,
      used: () => Promise<Iterable<number>>,
    ): Promise<number> {
      for (;;) {
        const allocated = new Set(await used());
        const isBlocked = blocked() ?? (() => false);
        const free = indexes.filter((index) => !allocated.has(index) && !isBlocked(index));
        const index = free[Math.floor(random() * free.length)];
        if (index === undefined) throw fault('SUBNETS_EXHAUSTED');
        if (await take(index)) return index;
      }
    },
  };
}

/** Stores which subnets are allocated. */
export type SubnetAllocatorStore = Pick<SubnetStore, 'take' | 'ofEnvironment' | 'used' | 'release'>;

export type SubnetAllocator = ReturnType<typeof createSubnetAllocator>;

/** Allocates subnets of the pool for the networks of environments. */
export function createSubnetAllocator({
  pool,
  subnets,
}: {
  pool: SubnetPool;
  subnets: SubnetAllocatorStore;
}) {
  const queue = createQueue(ALLOCATIONS_AT_ONCE);

  return {
    /**
     * Allocates a subnet for each of the networks, and returns their CIDRs by network name. Subnets that the
     * environment already has stay. @throws SUBNETS_EXHAUSTED
     */
    async allocate(
      environmentId: string,
      networks: readonly { name: string }[],
    ): Promise<ReadonlyMap<string, string>> {
      return queue.run(async () => {
        const stored = await subnets.ofEnvironment(environmentId);
        const allocated = new Map(stored.map(({ network, index }) => [network, pool.subnet(index)]));
        for (const { name } of networks) {
          if (allocated.has(name)) continue;
          const take = (index: number) => subnets.take(index, environmentId, name);
          allocated.set(name, pool.subnet(await pool.allocate(take, subnets.used)));
        }
        return allocated;
      });
    },

    /** Releases a subnet that the engine refused. If the engine did not name it, all of the environment are released. */
    async refuse(environmentId: string, subnet: unknown): Promise<void> {
      const stored = await subnets.ofEnvironment(environmentId);
      const named = stored.filter(({ index }) => pool.subnet(index) === subnet);
      const refused = (named.length > 0 ? named : stored).map(({ index }) => index);
      for (const index of refused) pool.refuse(index);
      await subnets.release(environmentId, refused);
    },
  };
}

function readPool(cidr: string): Block {
  const pool = parseBlock(cidr);
  if (pool && pool.last - pool.first + 1 >= SUBNET_SIZE) return pool;
  throw fault('CONFIG_INVALID', { problem: `BERTH_SUBNET_POOL: ${cidr} must be a /28 or larger.` });
}

function routesOfThisHost(): Route[] {
  const own = Object.entries(networkInterfaces()).flatMap(([device, addresses = []]) =>
    addresses.flatMap(({ cidr }) => {
      const network = parseBlock(cidr ?? '');
      return network ? [{ device, ...network }] : [];
    }),
  );
  return [...own, ...parseRoutes(readRoutes())];
}

/** Reads the routing table; empty if the system has none. */
function readRoutes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
