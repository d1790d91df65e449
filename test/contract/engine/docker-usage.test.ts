import { test } from 'tap';
import type Docker from 'dockerode';
import { connectEngine } from '../../../src/engine/docker/connection.ts';
import { EGRESS_IMAGE } from '../../../src/engine/docker/docker-engine.ts';
import { openHelperGauge } from '../../../src/engine/docker/gauge/helper-gauge.ts';
import { labelFilter, labelsOf } from '../../../src/engine/docker/labels.ts';
import { dockerHarness, environmentSpec, machineSpec, runScript } from '../../support/engines.ts';
import { newInstallation } from '../../support/installation.ts';
import { until } from '../../support/until.ts';
import { usageContract } from './usage-contract.ts';

await usageContract(dockerHarness);

// As in a container that has nothing of the engine but its socket.
await usageContract((t) => dockerHarness(t, { looksAtDisk: false }));

await test('a helper that looks in place of this process sees the same disk, and goes with it', async (t) => {
  const here = dockerHarness(t);
  const there = dockerHarness(t, { looksAtDisk: false });
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const filters = labelFilter(labelsOf(there.installation, 'disk-gauge'));
  const helpers = () => docker.listContainers({ all: true, filters });
  const [own, helped] = [await here.engine.disk(), await there.engine.disk()];
  t.equal(helped.totalBytes, own.totalBytes);
  t.ok(Math.abs(helped.freeBytes - own.freeBytes) < 4 * 1024 ** 3, 'others write meanwhile');
  const [helper] = await helpers();
  t.ok(helper, 'it stays, since it is asked every second');
  await Promise.all([there.engine.disk(), there.engine.disk(), there.engine.disk()]);
  t.equal((await helpers()).length, 1);

  await docker.getContainer(helper?.Id ?? '').kill();
  await until(async () => (await helpers()).length === 0);
  await t.resolves(there.engine.disk(), 'another takes its place');
  t.equal((await helpers()).length, 1);
  await there.engine.close();
  await until(async () => (await helpers()).length === 0);

  const without = dockerHarness(t, { looksAtDisk: false, egressImage: 'berth/no-such:image' });
  await t.rejects(without.engine.disk(), { code: 'IMAGE_NOT_FOUND' });
  const [machine] = await without.engine.provision(environmentSpec());
  await runScript(without.engine, machine?.machineId ?? '', 'head -c 2M /dev/urandom >/root/file');
  const written = await without.engine.measureWritten(machine?.machineId ?? '', { timeoutMs: 60_000 });
  t.ok(written !== 'late' && written.bytes >= 2 * 1024 ** 2, 'the engine itself measures then');
});

await test('no file of a machine passes the limit of its disk, whatever writes it', async (t) => {
  const { engine } = dockerHarness(t);
  const { limits, ...rest } = machineSpec({ volumes: [{ path: '/data' }] });
  const machines = [{ ...rest, limits: { ...limits, diskBytes: 8 * 1024 ** 2 } }];
  const [machine] = await engine.provision(environmentSpec({ machines }));
  const write = (path: string) =>
    `sh -c 'ulimit -f unlimited; head -c 64M /dev/zero >${path}' 2>/dev/null; stat -c %s ${path}`;
  const script = `${write('/root/file')}; ${write('/data/file')}; truncate -s 1G /root/hole; stat -c %s /root/hole`;
  const { out } = await runScript(engine, machine?.machineId ?? '', script);
  t.equal(out, '8388608\n8388608\n0\n');
});

await test('a helper looks as far as the engine allows', async (t) => {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const installation = newInstallation(t);
  const { DockerRootDir: folder } = (await docker.info()) as { DockerRootDir: string };
  // As an engine without the host's namespaces, and one on a kernel before 5.9.
  for (const refused of [/CHECKPOINT_RESTORE/, /"PidMode":"host"/]) {
    const made: Docker.ContainerCreateOptions[] = [];
    const strict = new Proxy(docker, {
      get(target, name) {
        if (name !== 'createContainer') return Reflect.get(target, name) as unknown;
        return async (config: Docker.ContainerCreateOptions) => {
          if (refused.test(JSON.stringify(config))) {
            throw Object.assign(new Error('invalid CapAdd'), { statusCode: 400 });
          }
          made.push(config);
          return target.createContainer(config);
        };
      },
    });
    const gauge = await openHelperGauge({ docker: strict, installation, image: EGRESS_IMAGE, folder });
    t.teardown(() => gauge.close());
    t.ok((await gauge.space()).totalBytes > 0);
    t.match(made, [{ HostConfig: { SecurityOpt: ['no-new-privileges:true', 'apparmor=unconfined'] } }]);
    t.equal(made[0]?.HostConfig?.PidMode === 'host', refused.source.includes('CHECKPOINT'));
    gauge.close();
  }
});
