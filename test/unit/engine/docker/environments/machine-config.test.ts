import { test } from 'tap';
import {
  machineConfig,
  machineRevision,
} from '../../../../../src/engine/docker/environments/machine-config.ts';
import { machineSpec } from '../../../../kit/engine/engines.ts';

const place = {
  containerName: 'berth-s1-main',
  endpoints: [{ network: 'berth-s1', address: '10.1.0.2' }],
  mounts: [],
  labels: { a: 'b' },
  nameServers: [],
  userMapping: { remapsUsers: true, firstGroup: undefined },
};

await test('a machine has its limits, and no additional swap', (t) => {
  const limits = { memoryBytes: 1_000_000, cpus: 0.5, pids: 9, logBytes: 4_096 };
  const { HostConfig } = machineConfig(machineSpec({ limits }), place);
  t.match(HostConfig, {
    Memory: 1_000_000,
    MemorySwap: 1_000_000,
    NanoCpus: 500_000_000,
    PidsLimit: 9,
    LogConfig: { Type: 'json-file', Config: { 'max-size': '4096', 'max-file': '1' } },
    RestartPolicy: { Name: 'no' },
    Init: true,
  });
  t.end();
});

await test('the revision of machines changes with the agent’s image and with Berth’s own settings', async (t) => {
  const { nameServers, userMapping } = place;
  const agent = (volume: string) => ({
    planned: async () => ({ binds: [`${volume}:/run/berth`], tmpfs: {} }),
  });
  const here = { nameServers, userMapping };
  const revision = await machineRevision(agent('one'), here);
  t.equal(await machineRevision(agent('one'), here), revision);
  const others = [
    machineRevision(agent('two'), here),
    machineRevision({ planned: async () => undefined }, here),
    machineRevision(agent('one'), { ...here, nestedRuntime: 'crun' }),
    machineRevision(agent('one'), { ...here, nameServers: ['10.0.0.1'] }),
    machineRevision(agent('one'), { ...here, userMapping: { remapsUsers: false, firstGroup: 0 } }),
  ];
  t.equal(new Set([revision, ...(await Promise.all(others))]).size, others.length + 1);
});

await test('no profile is privileged, mounts anything of the host or lacks seccomp', (t) => {
  for (const profile of ['standard', 'restricted'] as const) {
    const { HostConfig } = machineConfig(machineSpec({ profile }), place);
    t.match(HostConfig, { Privileged: false, Binds: [], CapDrop: ['ALL'] });
    const [privileges, seccomp, ...more] = HostConfig?.SecurityOpt ?? [];
    t.equal(privileges, 'no-new-privileges:true');
    t.match(seccomp, /^seccomp=\{"defaultAction":"SCMP_ACT_ERRNO"/);
    t.same(more, []);
    t.same(HostConfig?.Mounts, []);
  }
  t.same(machineConfig(machineSpec({ profile: 'restricted' }), place).HostConfig?.CapAdd, []);
  t.end();
});

await test('a machine with an engine has the two capabilities that map ids, and what its containers need', (t) => {
  const { HostConfig, Entrypoint, User } = machineConfig(
    machineSpec({ profile: 'nested', user: 'ada' }),
    place,
  );
  t.match(HostConfig, { Privileged: false, Binds: [], CapDrop: ['ALL'], MaskedPaths: [], ReadonlyPaths: [] });
  t.same(HostConfig?.CapAdd, ['SETUID', 'SETGID']);
  t.match(HostConfig?.Devices, [{ PathOnHost: '/dev/net/tun' }]);
  t.match(HostConfig?.SecurityOpt, [/^seccomp=\{/, 'apparmor=unconfined']);
  t.notOk(HostConfig && 'Runtime' in HostConfig, 'the engine’s own runtime');
  t.match({ Entrypoint, User }, { Entrypoint: undefined, User: 'ada' }, 'the image runs its engine');
  const other = machineConfig(machineSpec({ profile: 'nested' }), { ...place, nestedRuntime: 'crun' });
  t.equal(other.HostConfig?.Runtime, 'crun');
  t.end();
});

await test('a machine has no message queues, and few queued signals', (t) => {
  const limitsOf = (pids: number, remapsUsers = true) => {
    const limits = { ...machineSpec().limits, pids };
    const { HostConfig } = machineConfig(machineSpec({ limits }), {
      ...place,
      userMapping: { remapsUsers, firstGroup: 0 },
    });
    return new Map(HostConfig?.Ulimits?.map(({ Name, Soft, Hard }) => [Name, [Soft, Hard]]));
  };
  t.same(limitsOf(256).get('msgqueue'), [0, 0]);
  for (const [pids, signals] of [
    [16, 1_024],
    [256, 64],
    [32_768, 64],
  ] as const)
    t.same(limitsOf(pids).get('sigpending'), [signals, signals], `${pids} processes`);
  t.notOk(limitsOf(256, false).has('sigpending'), 'if the users of machines are the host’s');
  t.end();
});

await test('a machine has its own terminals, up to a limit', (t) => {
  const { HostConfig } = machineConfig(machineSpec(), {
    ...place,
    userMapping: { remapsUsers: true, firstGroup: 10_000 },
  });
  const Options = {
    type: 'devpts',
    device: 'devpts',
    o: 'nosuid,noexec,max=64,ptmxmode=0666,mode=0620,gid=10005',
  };
  t.match(HostConfig?.Mounts, [
    { Type: 'volume', Target: '/dev/pts', VolumeOptions: { DriverConfig: { Name: 'local', Options } } },
  ]);
  t.end();
});

await test('a machine runs its command, or waits, whatever the image would run', (t) => {
  t.match(machineConfig(machineSpec({ command: ['a', 'b c'] }), place), {
    Entrypoint: ['a', 'b c'],
    Cmd: [],
  });
  t.match(machineConfig(machineSpec(), place), { Entrypoint: ['sleep', /\d+/], Cmd: [] });
  t.end();
});

await test('the image’s user is used unless another one is given', (t) => {
  t.notOk('User' in machineConfig(machineSpec(), place));
  t.equal(machineConfig(machineSpec({ user: 'ada' }), place).User, 'ada');
  t.end();
});

await test('a machine has its name and a fixed address', (t) => {
  const config = machineConfig(machineSpec({ name: 'db', environment: { A: '1=2' } }), place);
  t.match(config, {
    name: 'berth-s1-main',
    Hostname: 'db',
    Env: ['A=1=2'],
    NetworkingConfig: {
      EndpointsConfig: { 'berth-s1': { Aliases: ['db'], IPAMConfig: { IPv4Address: '10.1.0.2' } } },
    },
  });
  t.end();
});

await test('a machine without networks does not get the engine’s default network', (t) => {
  const config = machineConfig(machineSpec(), { ...place, endpoints: [] });
  t.equal(config.HostConfig?.NetworkMode, 'none');
  t.notOk('NetworkingConfig' in config);
  t.end();
});
