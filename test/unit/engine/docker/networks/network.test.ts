import { test } from 'tap';
import {
  environmentAddresses,
  machineAddresses,
  networkConfig,
} from '../../../../../src/engine/docker/networks/network.ts';

const spec = { installation: 'i', environmentId: 'e', name: 'lab', subnet: '10.1.0.0/28', internet: false };

await test('a network without internet is internal, and its bridge has no address', (t) => {
  const config = networkConfig(spec);
  t.match(config, { Internal: true, EnableIPv6: false, IPAM: { Config: [{ Subnet: '10.1.0.0/28' }] } });
  t.same(config.Options, { 'com.docker.network.bridge.inhibit_ipv4': 'true' });
  t.match(config.Labels, { 'berth.installation': 'i', 'berth.environment': 'e', 'berth.role': 'network' });
  t.end();
});

await test('the egress rules match the bridge of a network with internet', (t) => {
  const config = networkConfig({ ...spec, internet: true });
  t.equal(config.Internal, false);
  t.match(config.Options?.['com.docker.network.bridge.name'], /^berth[0-9a-f]{10}$/);
  t.end();
});

await test('each network with internet has its own bridge', (t) => {
  const changes = [{}, { name: 'other' }, { environmentId: 'f' }, { installation: 'j' }];
  const bridges = changes.map((change) => {
    const { Options } = networkConfig({ ...spec, internet: true, ...change });
    return Options?.['com.docker.network.bridge.name'];
  });
  t.equal(new Set(bridges).size, changes.length);
  t.end();
});

await test('machines have an address on each of their networks, in their own order', (t) => {
  const networks = [
    { ...spec, name: 'front' },
    { ...spec, name: 'back', subnet: '10.1.0.16/28' },
  ];
  const machines = [
    { name: 'db', networks: ['back'] },
    { name: 'alone', networks: [] },
    { name: 'web', networks: ['back', 'front'] },
  ];
  t.same(
    [...environmentAddresses({ networks, machines })],
    [
      ['db', [{ network: 'back', address: '10.1.0.18' }]],
      ['alone', []],
      [
        'web',
        [
          { network: 'back', address: '10.1.0.19' },
          { network: 'front', address: '10.1.0.2' },
        ],
      ],
    ],
  );
  const lost = [{ name: 'web', networks: ['middle'] }];
  const message = /"web" cannot be on the network "middle"/;
  t.throws(() => environmentAddresses({ networks, machines: lost }), { code: 'INPUT_INVALID', message });
  t.end();
});

await test('machines get the addresses after the gateway’s', (t) => {
  t.same(machineAddresses('10.1.0.16/28', 3), ['10.1.0.18', '10.1.0.19', '10.1.0.20']);
  t.same(machineAddresses('10.1.0.250/23', 1), ['10.1.0.2'], 'from the start of the subnet');
  t.equal(machineAddresses('10.1.0.0/28', 13).at(-1), '10.1.0.14');
  t.end();
});

await test('an invalid or too small subnet is refused', (t) => {
  t.throws(() => machineAddresses('10.1.0.0/28', 14), { code: 'INPUT_INVALID' });
  for (const subnet of ['10.1.0.0', '10.1.0.300/28', '10.1.0.0/31', 'fd00::/64', '']) {
    t.throws(() => machineAddresses(subnet, 1), { code: 'INPUT_INVALID' }, subnet);
  }
  t.end();
});
