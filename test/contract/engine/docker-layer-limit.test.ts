import { test } from 'tap';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import { environmentSpec, MACHINE_IMAGE, machineSpec, runScript } from '../../kit/engine/engines.ts';
import { maySupportLimit } from '../../../src/engine/docker/environments/layer-limit.ts';
import { bytesOf } from './usage-contract.ts';
import { startOwnEngine } from '../../kit/engine/own-engine.ts';

const LIMIT_BYTES = 16 * 1024 ** 2;

/** A machine that may write 16 MiB to its file system. */
const narrow = () => {
  const { limits, ...rest } = machineSpec();
  return environmentSpec({ machines: [{ ...rest, limits: { ...limits, diskBytes: LIMIT_BYTES } }] });
};

/** An engine of this test on such a disk; it has no images of helpers. */
async function openOn(t: Test, disk: 'btrfs' | 'xfs') {
  const own = await startOwnEngine(t, MACHINE_IMAGE, { disk });
  const engine = createDockerEngine({ host: own.host, installation: 'test-disk' });
  const { docker, close } = connectEngine(own.host, {});
  t.teardown(async () => {
    close();
    await engine.close();
  });
  return { engine, docker };
}

await test('an engine with limits for containers stops the writing at the limit', async (t) => {
  const { engine, docker } = await openOn(t, 'btrfs');
  t.equal(((await docker.info()) as { Driver: string }).Driver, 'btrfs');
  const spec = narrow();
  const [main] = await engine.provision(spec);
  const machineId = main?.machineId ?? '';
  t.match(await runScript(engine, machineId, 'head -c 8M /dev/urandom >/root/fits; sync'), { code: 0 });
  const tooMuch = await runScript(engine, machineId, 'head -c 16M /dev/urandom >/root/more; sync');
  t.match(tooMuch.err, /No space left on device|Disk quota exceeded/);
  const written = await bytesOf(engine, machineId);
  t.ok(written <= LIMIT_BYTES, `${written} bytes`);
  t.match(await runScript(engine, machineId, 'rm /root/more && sync && echo yes >/root/again'), { code: 0 });
  await engine.destroy(spec.environmentId);
  t.same(await docker.listContainers({ all: true }), [], 'the trial container is gone too');
});

await test('if the engine refuses the limit, the machine is created without it and its usage is measured', async (t) => {
  // Like overlay2 on a disk that supports quotas, but was not mounted with them.
  const { engine, docker } = await openOn(t, 'xfs');
  t.ok(maySupportLimit((await docker.info()) as Parameters<typeof maySupportLimit>[0]));
  const [main] = await engine.provision(narrow());
  const script = 'for n in 1 2; do head -c 12M /dev/urandom >/root/more$n; done';
  const write = await runScript(engine, main?.machineId ?? '', script);
  t.match(write, { code: 0 });
  t.ok((await bytesOf(engine, main?.machineId)) > LIMIT_BYTES);
  t.equal((await docker.listContainers({ all: true })).length, 1, 'the trial container is gone');
});
