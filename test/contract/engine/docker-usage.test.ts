import { getEventListeners } from 'node:events';
import { test } from 'tap';
import type { Test } from 'tap';
import type Docker from 'dockerode';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { EGRESS_IMAGE } from '../../../src/engine/docker/docker-engine.ts';
import { openHelperGauge } from '../../../src/engine/docker/gauge/helper-gauge.ts';
import { labelFilter, labelsOf } from '../../../src/engine/docker/labels.ts';
import { createUsage } from '../../../src/engine/docker/storage/usage.ts';
import {
  dockerHarness,
  environmentSpec,
  machineSpec,
  MACHINE_IMAGE,
  runScript,
} from '../../kit/engine/engines.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { MAKE_TINY_IMAGE, provisionNested } from '../../kit/engine/nested.ts';
import { until } from '../../kit/basics/until.ts';
import { usageContract } from './usage-contract.ts';

await usageContract(dockerHarness);

// As in a container with access only to the engine's socket.
await usageContract((t) => dockerHarness(t, { readsDisk: false }));

await test('a helper measures the same disk as this process, and ends with it', async (t) => {
  const here = dockerHarness(t);
  const there = dockerHarness(t, { readsDisk: false });
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const filters = labelFilter(labelsOf(there.installation, 'disk-gauge'));
  const helpers = () => docker.listContainers({ all: true, filters });
  const [own, helped] = [await here.engine.disk(), await there.engine.disk()];
  t.equal(helped.totalBytes, own.totalBytes);
  t.ok(Math.abs(helped.freeBytes - own.freeBytes) < 4 * 1024 ** 3, 'other programs write meanwhile');
  const [helper] = await helpers();
  t.ok(helper, 'it stays for further requests');
  await Promise.all([there.engine.disk(), there.engine.disk(), there.engine.disk()]);
  t.equal((await helpers()).length, 1);

  await docker.getContainer(helper?.Id ?? '').kill();
  await until(async () => (await helpers()).length === 0);
  await t.resolves(there.engine.disk(), 'another takes its place');
  t.equal((await helpers()).length, 1);
  await there.engine.close();
  await until(async () => (await helpers()).length === 0);

  const without = dockerHarness(t, { readsDisk: false, egressImage: 'berth/no-such:image' });
  await t.rejects(without.engine.disk(), { code: 'IMAGE_NOT_FOUND' });
  const [machine] = await without.engine.provision(environmentSpec());
  await runScript(without.engine, machine?.machineId ?? '', 'head -c 2M /dev/urandom >/root/file');
  const written = await without.engine.measureUsage(machine?.machineId ?? '', { timeoutMs: 60_000 });
  t.ok(written !== 'late' && written.bytes >= 2 * 1024 ** 2, 'then the engine itself measures');
});

await test('no file of a machine exceeds the limit of its disk, whatever writes it', async (t) => {
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

await test('a helper measures as much as the engine allows', async (t) => {
  const place = await helperPlace(t);
  // Like an engine without the host's namespaces, and like one on a kernel before 5.9.
  for (const refused of [/CHECKPOINT_RESTORE/, /"PidMode":"host"/]) {
    const made: Docker.ContainerCreateOptions[] = [];
    const strict = withCreation(place.docker, (config) => {
      if (refused.test(JSON.stringify(config))) {
        throw Object.assign(new Error('invalid CapAdd'), { statusCode: 400 });
      }
      made.push(config);
      return config;
    });
    const gauge = await openHelperGauge({ ...place, docker: strict });
    t.teardown(() => gauge.close());
    t.ok((await gauge.space()).totalBytes > 0);
    t.match(made, [{ HostConfig: { SecurityOpt: ['no-new-privileges:true', 'apparmor=unconfined'] } }]);
    // The disk watch passes the same signal to each measurement for as long as the service runs.
    const { signal } = new AbortController();
    for (let measured = 0; measured < 3; measured++) {
      await gauge.countOpenFiles('nobody', { timeoutMs: 10_000, signal });
      await gauge.count('bytes', [`${place.folder}/containers`], { timeoutMs: 10_000, signal });
    }
    t.equal(getEventListeners(signal, 'abort').length, 0, 'a measurement leaves no listener');
    const seesHost = made[0]?.HostConfig?.PidMode === 'host';
    t.equal(seesHost, refused.source.includes('CHECKPOINT'));
    const open = gauge.countOpenFiles('nobody', { timeoutMs: 10_000, signal: AbortSignal.abort() });
    t.equal(await open, seesHost ? 'late' : 'unseen');
    gauge.close();
  }
});

await test('a helper without access to processes says so, and does not count their open files as zero', async (t) => {
  const place = await helperPlace(t);
  const { docker, installation } = place;
  // Mapped users of machines belong to the root user of the helper, whatever its capabilities; these are not
  // mapped.
  const machine = await docker.createContainer({
    Image: MACHINE_IMAGE,
    Cmd: ['sh', '-c', 'exec 3<>/root/f; rm /root/f; head -c 8M /dev/zero >&3; exec sleep 300'],
    User: '0',
    Labels: labelsOf(installation, 'machine'),
    HostConfig: { NetworkMode: 'none', UsernsMode: 'host' },
  });
  await machine.start();
  const without = (config: Docker.ContainerCreateOptions, part: 'SYS_PTRACE' | 'PidMode') => {
    const { CapAdd = [], PidMode, ...rest } = config.HostConfig ?? {};
    if (part === 'PidMode' && PidMode) throw Object.assign(new Error('refused'), { statusCode: 400 });
    return {
      ...config,
      HostConfig: { ...rest, PidMode, CapAdd: CapAdd.filter((name: string) => name !== part) },
    };
  };
  const measured = async (helperDocker: Docker) => {
    const gauge = await openHelperGauge({ ...place, docker: helperDocker });
    t.teardown(() => gauge.close());
    const usage = createUsage({
      docker,
      gauge: { get: async () => gauge, close: async () => gauge.close() },
    });
    return () => usage.measure(machine.id, { timeoutMs: 20_000, openFiles: true });
  };
  const measure = await measured(docker);
  await until(async () => {
    const seen = await measure();
    return seen !== 'late' && (seen.openBytes ?? 0) >= 8 * 1024 ** 2;
  });
  for (const part of ['SYS_PTRACE', 'PidMode'] as const) {
    const measureLess = await measured(withCreation(docker, (config) => without(config, part)));
    t.match(await measureLess(), { bytes: Number, openBytes: undefined, isLate: undefined }, part);
  }
});

await test('deleted files that a learner’s containers keep open count toward the machine of their engine', async (t) => {
  const { engine } = dockerHarness(t, { nestedDocker: 'on' });
  const { machineId } = await provisionNested(engine);
  const open = async () => {
    const written = await engine.measureUsage(machineId, { timeoutMs: 60_000, openFiles: true });
    return written === 'late' ? NaN : (written.openBytes ?? NaN);
  };
  t.match(await runScript(engine, machineId, MAKE_TINY_IMAGE, { timeoutMs: 60_000 }), { code: 0 });
  const before = await open();
  // On the container's overlay, whose data is in the machine's volume.
  const hold = 'exec 3<>/f; rm /f; head -c 24M /dev/zero >&3; echo held; exec sleep 300';
  const run = `docker run --detach --name agent tiny sh -c '${hold}' && until docker logs agent | grep held; do sleep 0.1; done`;
  t.match(await runScript(engine, machineId, run, { timeoutMs: 60_000 }), { code: 0 });
  const held = (await open()) - before;
  t.ok(held >= 24 * 1024 ** 2 && held < 26 * 1024 ** 2, `${held}`);
  t.match(await runScript(engine, machineId, 'docker rm --force agent', { timeoutMs: 60_000 }), { code: 0 });
  t.equal(await open(), before, 'they are gone with their container');
});

/** Starts helpers for this test only. */
async function helperPlace(t: Test) {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const { DockerRootDir: folder } = (await docker.info()) as { DockerRootDir: string };
  return { docker, installation: newInstallation(t), image: EGRESS_IMAGE, folder };
}

/** The client, with other settings for new containers. */
function withCreation(
  docker: Docker,
  change: (config: Docker.ContainerCreateOptions) => Docker.ContainerCreateOptions,
): Docker {
  return new Proxy(docker, {
    get(target, name) {
      if (name !== 'createContainer') return Reflect.get(target, name) as unknown;
      return async (config: Docker.ContainerCreateOptions) => target.createContainer(change(config));
    },
  });
}
