import t from 'tap';
import { formatBlock, overlaps, parseBlock, parseRoutes } from '../../../src/core/ipv4.ts';
import type { Block } from '../../../src/core/ipv4.ts';

function block(cidr: string): Block {
  const parsed = parseBlock(cidr);
  if (!parsed) throw new Error(`${cidr} is not a block`);
  return parsed;
}

await t.test('a block starts at its network address', async (t) => {
  t.equal(formatBlock(block('10.231.7.9/16')), '10.231.0.0/16');
  t.equal(formatBlock(block('255.255.255.255/32')), '255.255.255.255/32');
  t.equal(formatBlock(block('0.0.0.0/0')), '0.0.0.0/0');
});

await t.test('an invalid block is rejected', async (t) => {
  for (const text of ['', '10.0.0.0', '10.0.0.256/8', '10.0.0.0/33', 'fd00::/8']) {
    t.equal(parseBlock(text), undefined, text);
  }
});

await t.test('blocks overlap if one contains the other, not if they are adjacent', async (t) => {
  t.ok(overlaps(block('10.0.0.0/8'), block('10.231.0.0/16')));
  t.ok(overlaps(block('10.231.0.0/16'), block('10.0.0.0/8')));
  t.notOk(overlaps(block('10.230.0.0/16'), block('10.231.0.0/16')));
});

await t.test('parses routes of the host, without the default route and its halves', async (t) => {
  const routes = parseRoutes(
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n' +
      'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n' +
      'tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\n' +
      'tun0\t00000080\t00000000\t0001\t0\t0\t0\t00000080\n' +
      'tun0\t0000E70A\t00000000\t0001\t0\t0\t0\t0000FFFF\n',
  );
  t.equal(routes.length, 1);
  t.equal(routes[0]?.device, 'tun0');
  t.equal(routes[0] && formatBlock(routes[0]), '10.231.0.0/16');
});
