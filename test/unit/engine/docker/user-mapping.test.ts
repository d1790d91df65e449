import { test } from 'tap';
import { toUserMapping } from '../../../../src/engine/docker/user-mapping.ts';

await test('an engine that remaps users has its data in a folder named after the first ids', async (t) => {
  const SecurityOptions = ['name=seccomp,profile=builtin', 'name=userns'];
  t.same(toUserMapping({ SecurityOptions, DockerRootDir: '/var/lib/docker/10485760.10485761' }), {
    remapsUsers: true,
    firstGroup: 10_485_761,
  });
});

await test('on any other engine the ids of containers are the host’s own, or are not known', async (t) => {
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
