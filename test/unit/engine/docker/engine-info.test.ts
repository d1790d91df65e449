import { test } from 'tap';
import { sizesAtStart, toEngineInfo, toUserMapping } from '../../../../src/engine/docker/engine-info.ts';

await test('root in a container is an ordinary user if the engine remaps users or is rootless', (t) => {
  const remapped = (...SecurityOptions: string[]) => toEngineInfo({ SecurityOptions }).userNamespaces;
  t.ok(remapped('name=seccomp,profile=builtin', 'name=userns'));
  t.ok(remapped('name=rootless'));
  t.notOk(remapped('name=seccomp,profile=builtin', 'name=cgroupns'));
  t.notOk(toEngineInfo({}).userNamespaces);
  t.ok(toEngineInfo({ SecurityOptions: ['name=seccomp,profile=builtin'] }).systemCallFilter);
  t.notOk(toEngineInfo({}).systemCallFilter);
  t.end();
});

await test('limits that the engine does not report are off', (t) => {
  t.same(toEngineInfo({}).limits, { memory: false, pids: false, cpu: false });
  const all = { memory: true, pids: true, cpu: true };
  t.same(toEngineInfo({ MemoryLimit: true, PidsLimit: true, CpuCfsQuota: true }).limits, all);
  t.same(toEngineInfo({ MemoryLimit: true, PidsLimit: true, CPUCfsQuota: true }).limits, all);
  t.end();
});

await test('the engine creates terminals with their size since API 1.42', (t) => {
  for (const version of ['1.24', '1.41', '0.99', '']) t.notOk(sizesAtStart(version), version);
  for (const version of ['1.42', '1.45', '1.100', '2.0']) t.ok(sizesAtStart(version), version);
  t.end();
});

await test('the data folder of an engine that remaps users contains the first ids', async (t) => {
  const SecurityOptions = ['name=seccomp,profile=builtin', 'name=userns'];
  t.same(toUserMapping({ SecurityOptions, DockerRootDir: '/var/lib/docker/10485760.10485761' }), {
    remapsUsers: true,
    firstGroup: 10_485_761,
  });
});

await test('on any other engine the ids of containers are the host’s, or unknown', async (t) => {
  const DockerRootDir = '/data/1.2';
  for (const [SecurityOptions, firstGroup] of [
    [null, 0],
    [['name=seccomp,profile=builtin'], 0],
    [['name=seccomp,profile=builtin', 'name=rootless'], undefined],
  ] as const)
    t.same(toUserMapping({ SecurityOptions: SecurityOptions && [...SecurityOptions], DockerRootDir }), {
      remapsUsers: false,
      firstGroup,
    });
  const SecurityOptions = ['name=userns'];
  t.same(toUserMapping({ SecurityOptions, DockerRootDir: '/data' }), {
    remapsUsers: true,
    firstGroup: undefined,
  });
});
