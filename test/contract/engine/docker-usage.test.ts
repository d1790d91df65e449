import { test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/connection.ts';
import { labelFilter, labelsOf } from '../../../src/engine/docker/labels.ts';
import { dockerHarness, environmentSpec, machineSpec, runScript } from '../../support/engines.ts';
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
  const filters = labelFilter(labelsOf(there.installation, 'gauge'));
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
