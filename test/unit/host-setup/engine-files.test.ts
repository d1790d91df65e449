import t from 'tap';
import { labDaemonConfig, mergeDaemonConfig } from '../../../src/host-setup/engine-files.ts';
import { parseRoutes } from '../../../src/core/ipv4.ts';

/** The format of /proc/net/route: a default route, and 172.28.0.0/14 on eth0. */
const ROUTES = `Iface	Destination	Gateway	Flags	RefCnt	Use	Metric	Mask	MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	0	00000000	0	0	0
eth0	00001CAC	00000000	0001	0	0	0	0000FCFF	0	0	0
`;

const wanted = labDaemonConfig({ routes: [], unused: true });

await t.test('an engine for labs has small networks, limited logs and its own users', async (t) => {
  t.match(wanted, {
    'default-address-pools': [{ base: '172.28.0.0/16', size: 26 }],
    'live-restore': true,
    labels: ['berth.nested-docker=on'],
    'log-driver': 'json-file',
    'log-opts': { 'max-size': '10m', 'max-file': '2' },
    'userns-remap': 'dockremap',
  });
});

await t.test('networks are in a range without routes of the host', async (t) => {
  const config = labDaemonConfig({ routes: parseRoutes(ROUTES), unused: true });
  t.match(config, { 'default-address-pools': [{ base: '10.232.0.0/16' }] });
});

await t.test(
  'an engine with data is not remapped, which would hide the data, and may be in a swarm',
  async (t) => {
    const config = labDaemonConfig({ routes: [], unused: false });
    t.notOk('userns-remap' in config);
    t.notOk('live-restore' in config);
    t.notOk('labels' in config, 'nested engines were not requested');
  },
);

await t.test("the administrator's settings stay, and missing ones are added", async (t) => {
  const merged = mergeDaemonConfig('{ "live-restore": false, "dns": ["192.0.2.53"] }', wanted);
  t.match(JSON.parse(merged ?? ''), {
    'live-restore': false,
    dns: ['192.0.2.53'],
    'userns-remap': 'dockremap',
  });
});

await t.test('log options are not mixed into another log driver', async (t) => {
  const merged = JSON.parse(mergeDaemonConfig('{ "log-driver": "journald" }', wanted) ?? '');
  t.notOk('log-opts' in merged);
});

await t.test('a complete file is not written', async (t) => {
  t.equal(mergeDaemonConfig(JSON.stringify(wanted), wanted), undefined);
});

await t.test('a file that is not a JSON object is rejected, not replaced', async (t) => {
  t.throws(() => mergeDaemonConfig('{ "dns": ', wanted), SyntaxError);
  t.throws(() => mergeDaemonConfig('[]', wanted), SyntaxError);
});
