import { test } from 'tap';
import { parseBlock } from '../../../../../src/core/ipv4.ts';
import type { Block } from '../../../../../src/core/ipv4.ts';
import { createSubnetPool } from '../../../../../src/domains/sessions/provisioning/subnet-pool.ts';
import { createFakeClock } from '../../../../kit/basics/fake-clock.ts';

/** `host` has the host's networks by device. */
function poolOf(cidr: string, options: { random?: () => number; host?: [string, string][] } = {}) {
  const clock = createFakeClock();
  const { random = () => 0, host = [] } = options;
  const routes = host.map(([device, network]) => ({ device, ...(parseBlock(network) as Block) }));
  return { clock, pool: createSubnetPool({ cidr, clock, random, hostRoutes: () => routes }) };
}

/** Allocates like the database: each index has one lease at most. */
function allocateFrom(pool: ReturnType<typeof poolOf>['pool'], held: Set<number>) {
  return pool.allocate(
    async (index) => {
      if (held.has(index)) return false;
      held.add(index);
      return true;
    },
    async () => held,
  );
}

await test('a /16 holds 4096 consecutive subnets of 16 addresses', async (t) => {
  const { pool } = poolOf('10.231.0.0/16');
  t.equal(pool.size, 4096);
  t.equal(pool.subnet(0), '10.231.0.0/28');
  t.equal(pool.subnet(17), '10.231.1.16/28');
  t.equal(pool.subnet(4095), '10.231.255.240/28');
});

await test('a pool in the upper half of the addresses, given by an inner address, is counted correctly', async (t) => {
  const { pool } = poolOf('192.168.7.9/24');
  t.equal(pool.size, 16);
  t.equal(pool.subnet(15), '192.168.7.240/28');
});

await test('a pool too small for a subnet is rejected with the setting to change', async (t) => {
  t.throws(() => poolOf('10.231.0.0/29'), { code: 'CONFIG_INVALID', message: /BERTH_SUBNET_POOL/ });
});

await test('each subnet is allocated once, including the last free one, and then none', async (t) => {
  const { pool } = poolOf('10.231.0.0/24', { random: Math.random });
  const held = new Set<number>();
  const got = [];
  for (let count = 0; count < 16; count++) got.push(await allocateFrom(pool, held));
  t.equal(new Set(got).size, 16);
  await t.rejects(allocateFrom(pool, held), { code: 'SUBNETS_EXHAUSTED' });
});

await test('a subnet that overlaps a network of the host is skipped', async (t) => {
  const { pool } = poolOf('10.231.0.0/26', {
    host: [
      ['lo', '127.0.0.1/8'],
      ['eth0', '10.231.0.20/27'],
    ],
  });
  const held = new Set<number>();
  t.equal(await allocateFrom(pool, held), 2);
  t.equal(await allocateFrom(pool, held), 3);
  await t.rejects(allocateFrom(pool, held), { code: 'SUBNETS_EXHAUSTED' });
});

await test('a route that covers the pool leaves none, despite session bridges', async (t) => {
  const { pool } = poolOf('10.231.0.0/26', { host: [['tun0', '10.0.0.0/8']] });
  await t.rejects(allocateFrom(pool, new Set()), { code: 'SUBNETS_EXHAUSTED' });
});

await test('session bridges do not reduce the pool, because the database has the leases', async (t) => {
  const { pool } = poolOf('10.231.0.0/27', {
    host: [
      ['br-0123456789ab', '10.231.0.0/28'],
      ['br-lan', '10.231.0.0/16'],
    ],
  });
  await t.rejects(
    allocateFrom(pool, new Set()),
    { code: 'SUBNETS_EXHAUSTED' },
    "a wider one is not a session's",
  );
  const { pool: free } = poolOf('10.231.0.0/27', { host: [['br-0123456789ab', '10.231.0.0/28']] });
  t.equal(await allocateFrom(free, new Set()), 0);
});

await test('a subnet that the engine rejected is skipped for ten minutes', async (t) => {
  const { pool, clock } = poolOf('10.231.0.0/27');
  pool.refuse(0);
  t.equal(await allocateFrom(pool, new Set()), 1);
  await clock.advance(10 * 60_000);
  t.equal(await allocateFrom(pool, new Set()), 0);
});

await test("the host's networks in the pool are read once a second, for all callers", async (t) => {
  const clock = createFakeClock();
  const eth = { device: 'eth0', ...(parseBlock('10.231.0.0/28') as Block) };
  let looks = 0;
  let routes = [eth];
  const hostRoutes = () => {
    looks += 1;
    return routes;
  };
  const pool = createSubnetPool({ cidr: '10.231.0.0/26', clock, random: () => 0, hostRoutes });
  t.same([pool.usable(), pool.usable()], [3, 3]);
  routes = [];
  await clock.advance(999);
  t.equal(pool.usable(), 3);
  t.equal(looks, 1);
  await clock.advance(1);
  t.equal(pool.usable(), 4);
  pool.refuse(2);
  t.equal(pool.usable(), 3, 'an engine rejection counts immediately');
});
