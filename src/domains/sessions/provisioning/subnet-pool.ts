import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../../../core/clock.ts';
import { fault } from '../../../core/errors.ts';
import { formatBlock, overlaps, parseBlock, parseRoutes } from '../../../core/ipv4.ts';
import type { Block, Route } from '../../../core/ipv4.ts';

/** Addresses of one session's network, a /28: 13 machines beside network, gateway and broadcast. */
const SUBNET_SIZE = 16;

/** How long a subnet that the engine refused is left alone, in milliseconds: what overlaps it was made by others and may go again. */
const REFUSED_FOR_MS = 10 * 60_000;

/** How long the host's networks are believed to be as they were, in milliseconds: with one for each session there are hundreds to list. */
const ROUTES_BELIEVED_MS = 1_000;

export type SubnetPool = ReturnType<typeof createSubnetPool>;

/**
 * The subnets of `cidr` by their index. Who holds which is in the database, by a unique column: the
 * pool only proposes, so any number of processes may propose at once.
 * @throws CONFIG_INVALID when `cidr` has no room for one subnet
 */
export function createSubnetPool(options: {
  cidr: string;
  clock: Pick<Clock, 'now'>;
  /** Networks that the host itself is in, and those that it has routes to. */
  hostRoutes?: () => Route[];
  random?: () => number;
}) {
  const { cidr, clock, hostRoutes = routesOfThisHost, random = Math.random } = options;
  const pool = readPool(cidr);
  const size = Math.floor((pool.last - pool.first + 1) / SUBNET_SIZE);
  const indexes = Array.from({ length: size }, (_, index) => index);
  const refused = new Map<number, number>();
  let seen = { taken: [] as Route[], until: -Infinity };

  const block = (index: number): Block => {
    const first = pool.first + index * SUBNET_SIZE;
    return { first, last: first + SUBNET_SIZE - 1 };
  };
  /** A bridge of the engine inside the pool is a session's: ours is in the database, another's the engine refuses. */
  const isSession = (route: Route) =>
    route.device.startsWith('br-') && route.first >= pool.first && route.last <= pool.last;

  /** What the host has in the pool beside sessions. */
  function takenByHost(now: number): Route[] {
    if (now >= seen.until) {
      const taken = hostRoutes().filter((route) => overlaps(route, pool) && !isSession(route));
      seen = { taken, until: now + ROUTES_BELIEVED_MS };
    }
    return seen.taken;
  }

  /** Whether something else has the place; undefined when nothing has any. */
  function barred(): ((index: number) => boolean) | undefined {
    const now = clock.now().getTime();
    for (const [index, until] of refused) if (until <= now) refused.delete(index);
    const taken = takenByHost(now);
    if (taken.length === 0 && refused.size === 0) return undefined;
    return (index) => refused.has(index) || taken.some((route) => overlaps(route, block(index)));
  }

  return {
    size,
    /** CIDR of a place in the pool. */
    subnet: (index: number) => formatBlock(block(index)),
    /** How many of them sessions can have now: all but what something else has. */
    usable(): number {
      const isBarred = barred();
      if (!isBarred) return size;
      return indexes.filter((index) => !isBarred(index)).length;
    },
    /** Notes that the engine refused this subnet, because it overlaps something there. */
    refuse(index: number): void {
      refused.set(index, clock.now().getTime() + REFUSED_FOR_MS);
    },
    /**
     * Draws a free subnet: reads which are held, and takes one of the others at random, so that
     * processes that draw at the same time seldom meet. When `take` answers false, another was
     * faster, and the next round leaves that one out: so it ends, however full the pool is.
     * @throws SUBNETS_EXHAUSTED when none is free
     */
    async allocate(
      take: (index: number) => Promise<boolean>,
      used: () => Promise<Iterable<number>>,
    ): Promise<number> {
      for (;;) {
        const held = new Set(await used());
        const isBarred = barred() ?? (() => false);
        const free = indexes.filter((index) => !held.has(index) && !isBarred(index));
        const index = free[Math.floor(random() * free.length)];
        if (index === undefined) throw fault('SUBNETS_EXHAUSTED');
        if (await take(index)) return index;
      }
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

/** Where the system keeps no such table, its addresses have to do. */
function readRoutes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
