import { test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { dockerHarness, environmentSpec, machineSpec } from '../../kit/engine/engines.ts';

await test('an environment with only a network or a volume left is listed until it is destroyed', async (t) => {
  const { engine } = dockerHarness(t);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  for (const lost of ['network', 'volume'] as const) {
    const spec = environmentSpec({ machines: [machineSpec({ volumes: [{ path: '/data' }] })] });
    const [machine] = await engine.provision(spec);
    await docker.getContainer(machine?.machineId ?? '').remove({ force: true, v: true });
    if (lost === 'network') await docker.getNetwork(`berth-${spec.environmentId}-lab`).remove();
    else await docker.getVolume(`berth-${spec.environmentId}-main-1`).remove();
    t.same(await engine.list(), [{ environmentId: spec.environmentId, machines: [] }], `without its ${lost}`);
    await engine.destroy(spec.environmentId);
    t.same(await engine.list(), []);
  }
});
