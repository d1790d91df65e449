import { test } from 'tap';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { labelFilter, labelsOf } from '../../../src/engine/docker/labels.ts';
import { untilLabel } from '../../../src/engine/docker/helper.ts';
import {
  dockerHarness,
  environmentSpec,
  MACHINE_IMAGE,
  machineSpec,
  newEnvironmentId,
  runScript,
} from '../../kit/engine/engines.ts';
import { until } from '../../kit/basics/until.ts';

const MEBIBYTE = 1024 * 1024;
/** Several times what may be in memory during the transfer, including uncollected garbage. */
const VOLUME_MEBIBYTES = 512;
const MEMORY_LIMIT_MEBIBYTES = 128;

await test('a volume that cannot be read completely is not saved, and the machine continues', async (t) => {
  const { engine, machineId, target, docker, movers } = await openSaver(t);
  const saved = engine.commitVolume(machineId, '/data', target);
  const killed = until(async () => {
    const [mover] = await docker.listContainers({ filters: movers });
    if (mover) await docker.getContainer(mover.Id).kill();
    return mover !== undefined;
  });
  await t.rejects(saved, { code: 'ENGINE_REFUSED', details: { problem: /tar exited with 137/ } });
  await killed;
  t.same(await docker.listImages({ filters: { reference: [target.repository] } }), []);
  t.same(await docker.listContainers({ all: true, filters: movers }), []);
  t.match(await engine.inspect(machineId), { state: 'running' });
});

await test('a machine is paused while its volume is saved, with little of it in memory', async (t) => {
  const { engine, machineId, target } = await openSaver(t);
  const memory = () => process.memoryUsage().arrayBuffers / MEBIBYTE;
  const before = memory();
  let most = 0;
  const states = new Set<string>();
  const saved = engine.commitVolume(machineId, '/data', target);
  const watch = setInterval(() => {
    most = Math.max(most, memory() - before);
    void engine.inspect(machineId).then(({ state }) => states.add(state));
  }, 50);
  await saved.finally(() => clearInterval(watch));
  t.teardown(() => engine.removeImage(`${target.repository}:${target.tag}`));
  t.ok(states.has('paused'));
  t.ok(most < MEMORY_LIMIT_MEBIBYTES, `${most} MiB`);
  t.match(await engine.inspect(machineId), { state: 'running' });
});

await test('a machine that restarts while its volume is saved continues, and the volume is saved', async (t) => {
  const { engine, machineId, target } = await openSaver(t);
  const saved = engine.commitVolume(machineId, '/data', target);
  await until(async () => (await engine.inspect(machineId)).state === 'paused');
  await engine.restart(machineId);
  t.match(await saved, /^sha256:/);
  await engine.removeImage(`${target.repository}:${target.tag}`);
  t.match(await engine.inspect(machineId), { state: 'running' });
});

await test('an environment destroyed while a volume is saved leaves nothing behind', async (t) => {
  const { engine, machineId, target, docker, movers, environmentId } = await openSaver(t);
  const saved = engine.commitVolume(machineId, '/data', target);
  const failed = t.rejects(saved, { code: /^(ENGINE_REFUSED|CONTAINER_NOT_FOUND)$/ });
  await until(async () => (await docker.listContainers({ filters: movers })).length > 0);
  await engine.destroy(environmentId);
  await failed;
  t.same(await engine.list(), []);
  t.same(await docker.listContainers({ all: true, filters: movers }), []);
  t.same(await docker.listImages({ filters: { reference: [target.repository] } }), []);
});

await test('leftovers of a crashed save are removed with the next one, and with its environment', async (t) => {
  const { engine, machineId, target, docker, installation, environmentId } = await openSaver(t, 1);
  const leave = async (lifetimeMs: number) => {
    const belonging = labelsOf(installation, 'mover', { environment: environmentId });
    const Labels = { ...belonging, ...untilLabel(lifetimeMs) };
    const { id } = await docker.createContainer({ Image: MACHINE_IMAGE, Cmd: ['true'], Labels });
    return id;
  };
  const [, inUse] = [await leave(-1), await leave(60_000)];
  const filters = labelFilter({ 'berth.environment': environmentId, 'berth.role': 'mover' });
  const left = async () => (await docker.listContainers({ all: true, filters })).map(({ Id }) => Id);
  await engine.commitVolume(machineId, '/data', target);
  await engine.removeImage(`${target.repository}:${target.tag}`);
  t.same(await left(), [inUse]);
  await engine.destroy(environmentId);
  t.same(await left(), []);
});

/** A machine with a volume that takes a moment to save, and the target of the save. */
async function openSaver(t: Test, mebibytes = VOLUME_MEBIBYTES) {
  const { engine, installation } = dockerHarness(t);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const spec = environmentSpec({ machines: [machineSpec({ volumes: [{ path: '/data' }] })] });
  const [machine] = await engine.provision(spec);
  const machineId = machine?.machineId ?? '';
  const fill = `head -c ${mebibytes}M /dev/zero >/data/large`;
  t.match(await runScript(engine, machineId, fill, { timeoutMs: 60_000 }), { code: 0 });
  const target = { repository: `berth-test/${newEnvironmentId()}`, tag: 'v1', labels: {} };
  const movers = labelFilter(labelsOf(installation, 'mover'));
  return { engine, installation, environmentId: spec.environmentId, machineId, target, docker, movers };
}
