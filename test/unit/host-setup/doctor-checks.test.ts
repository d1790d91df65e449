import t from 'tap';
import {
  checkDatabase,
  checkDataFolder,
  checkEncryption,
  checkPreviewDomain,
  checkEngine,
  checkEngineDisk,
  checkImages,
  checkNode,
  checkPort,
  checkKernelLimits,
  checkNested,
  checkSubnetPool,
  checkTestPrograms,
} from '../../../src/host-setup/doctor-checks.ts';
import type { Finding } from '../../../src/host-setup/doctor-checks.ts';
import { KERNEL_LIMITS } from '../../../src/host-setup/kernel-limits.ts';
import { formatFindings } from '../../../src/host-setup/doctor.ts';
import { parseBlock } from '../../../src/core/ipv4.ts';

const engine = {
  name: 'Docker',
  version: '26.1',
  userNamespaces: true,
  systemCallFilter: true,
  limits: { memory: true, pids: true, cpu: true },
  memoryBytes: 8 * 1024 ** 3,
  cpus: 2,
};
const GIB = 1024 ** 3;
const limitOf = (name: string) => {
  const limit = KERNEL_LIMITS.find((each) => each.name === name);
  if (!limit) throw new Error(`no limit is called ${name}`);
  return limit;
};
const instances = limitOf('fs.inotify.max_user_instances');
const pipes = limitOf('fs.pipe-user-pages-soft');

function diskState(freeBytes: number) {
  const findings = checkDataFolder({ folder: '/srv', writable: true, freeBytes });
  return findings.find(({ name }) => name === 'disk')?.state;
}

function route(device: string, cidr: string) {
  return { device, ...(parseBlock(cidr) ?? { first: 0, last: 0 }) };
}

const healthy: Finding[] = [
  checkNode('22.1.0'),
  ...checkEngine('unix:///run/docker.sock', engine),
  ...checkKernelLimits([]),
  ...checkKernelLimits(KERNEL_LIMITS.map((limit) => ({ ...limit, value: limit.wanted }))),
  ...checkKernelLimits([{ ...pipes, value: 0 }]),
  checkSubnetPool('10.231.0.0/16', []),
  ...checkEngineDisk({ totalBytes: 200 * GIB, freeBytes: 6 * GIB }, undefined),
  ...checkEngineDisk(
    { totalBytes: 200 * GIB, freeBytes: 6 * GIB, files: { total: 1_000, free: 50 } },
    undefined,
  ),
  ...checkImages([{ name: 'berth/lab-linux', present: true }]),
  ...checkDataFolder({ folder: '/srv/berth', writable: true, freeBytes: 50 * GIB }),
  checkDatabase('file:/srv/berth/berth.db', undefined),
  checkPort('127.0.0.1', 8080, 'free'),
  checkPort('127.0.0.1', 8080, 'berth'),
  checkEncryption(undefined),
  checkPreviewDomain(undefined),
  checkTestPrograms([{ name: 'Redis', present: true }]),
];

const lacking: Finding[] = [
  checkNode('18.0.0'),
  ...checkEngine('unix:///run/docker.sock', { problem: 'no such file' }),
  ...checkEngine('unix:///run/docker.sock', {
    ...engine,
    userNamespaces: false,
    systemCallFilter: false,
    limits: { memory: false, pids: true, cpu: false },
  }).slice(1),
  ...checkKernelLimits([
    { ...instances, value: 128 },
    { ...pipes, value: 16_384 },
  ]),
  checkSubnetPool('10.231.0.0', []),
  ...checkEngineDisk({ totalBytes: 200 * GIB, freeBytes: 4 * GIB }, undefined),
  ...checkEngineDisk(
    { totalBytes: 200 * GIB, freeBytes: 6 * GIB, files: { total: 1_000, free: 49 } },
    undefined,
  ),
  ...checkImages([{ name: 'berth/lab-linux', present: false }]),
  ...checkDataFolder({ folder: '/srv/berth', writable: false, freeBytes: 10_000 }),
  checkDatabase('postgresql://db/berth', 'connection refused'),
  checkPort('127.0.0.1', 8080, 'taken'),
  checkPort('127.0.0.1', 80, 'forbidden'),
  checkEncryption('cookies can be read'),
  checkPreviewDomain('previews can set cookies for example.org'),
  checkTestPrograms([{ name: 'Redis', present: false }]),
];

await t.test('a fully equipped host needs no fix', async (t) => {
  for (const { name, state, fix } of healthy) t.strictSame([state, fix], ['ok', undefined], name);
  t.match(formatFindings(healthy), 'Berth can run here.');
});

await t.test('everything missing is listed with its fix', async (t) => {
  for (const { name, state, fix } of lacking) {
    t.not(state, 'ok', name);
    t.ok(fix, name);
    t.match(formatFindings(lacking), (fix ?? '').split('\n')[0]?.trim() ?? '', name);
  }
});

await t.test('requirements of tests, and advice, do not prevent Berth from running', async (t) => {
  const advised = lacking.filter(({ state }) => state === 'advice').map(({ name }) => name);
  t.strictSame(advised, [
    'user namespaces',
    'fs.inotify.max_user_instances',
    'fs.pipe-user-pages-soft',
    "engine's disk",
    "engine's disk",
    'encryption',
    'preview domain',
    'for tests',
  ]);
  const missing = lacking.length - advised.length;
  t.match(formatFindings(lacking), `Fix ${missing} of these before`);
});

await t.test('lists the limits that an engine cannot enforce', async (t) => {
  const limits = lacking.find(({ name }) => name === 'limits');
  t.match(limits?.detail, 'cannot limit memory, cpu');
});

await t.test('a shared limit says for how many machines it is enough, and has the command', async (t) => {
  const [low, high] = checkKernelLimits([
    { ...limitOf('kernel.pty.max'), value: 4_096 },
    { ...limitOf('kernel.pty.max'), value: 100_000 },
  ]);
  t.strictSame(low, {
    name: 'kernel.pty.max',
    state: 'advice',
    detail:
      '4096, enough for 64 machines; should be 24576, because learners can prevent all others from opening terminals',
    fix: "sysctl -w kernel.pty.max=24576 && echo 'kernel.pty.max = 24576' >> /etc/sysctl.d/60-berth.conf",
  });
  t.match(high, { state: 'ok', detail: '100000, enough for 1562 machines' });
});

await t.test('a full disk is an error, a filling one is advice', async (t) => {
  t.strictSame([diskState(10 * GIB), diskState(GIB), diskState(GIB / 100)], ['ok', 'advice', 'missing']);
});

await t.test('session networks must not overlap host routes other than their own bridges', async (t) => {
  const pool = '10.231.0.0/16';
  t.equal(checkSubnetPool(pool, [route('eth0', '192.0.2.0/24')]).state, 'ok');
  t.equal(checkSubnetPool(pool, [route('br-1', '10.231.4.0/28')]).state, 'ok');
  t.equal(checkSubnetPool(pool, [route('berth3fa85f6457', '10.231.5.0/28')]).state, 'ok');
  t.equal(checkSubnetPool(pool, [route('berth3fa85f6457', '10.0.0.0/8')]).state, 'missing');
  const met = checkSubnetPool(pool, [route('tun0', '10.0.0.0/8')]);
  t.equal(met.state, 'missing');
  t.match(met.detail, '10.0.0.0/8 of tun0');
  t.equal(checkSubnetPool(pool, [route('tun0', '10.231.4.0/28')]).state, 'missing');
});

await t.test('unavailable nested engines are advice with the reason', async (t) => {
  t.match(checkNested('on', undefined), { state: 'ok' });
  t.match(checkNested('off', 'it is off'), { state: 'ok', detail: 'off' });
  const problem = 'the engine does not remap users';
  t.match(checkNested('on', problem), { state: 'advice', detail: problem, fix: /docs\/admin\.md/ });
  t.match(checkNested('auto', problem), { state: 'advice', detail: problem });
});
