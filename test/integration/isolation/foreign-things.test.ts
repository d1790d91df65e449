import { test } from 'tap';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import {
  dockerHarness,
  environmentSpec,
  MACHINE_IMAGE,
  machineSpec,
  newEnvironmentId,
  testSubnet,
} from '../../kit/engine/engines.ts';

await test('things of others are neither listed nor removed, whatever their names', async (t) => {
  const { engine } = dockerHarness(t);
  const environmentId = newEnvironmentId();
  const labels: Record<string, string>[] = [
    {},
    { 'berth.installation': 'test-another', 'berth.environment': environmentId },
  ];
  const foreign = await Promise.all(
    labels.map((Labels, index) => makeForeign(t, `berth-${environmentId}-other${index}`, Labels)),
  );
  t.same(await engine.list(), []);
  await engine.provision(environmentSpec({ environmentId }));
  t.equal((await engine.list()).length, 1);
  await engine.destroy(environmentId);
  for (const isThere of foreign) t.same(await isThere(), { container: true, network: true, volume: true });
});

await test('an existing volume, network or container with the same name causes an error and stays', async (t) => {
  const { engine } = dockerHarness(t);
  const endings = { container: 'main', network: 'lab', volume: 'main-1' };
  for (const [kind, ending] of Object.entries(endings)) {
    const environmentId = newEnvironmentId();
    const isThere = await makeForeign(t, `berth-${environmentId}-${ending}`, {});
    const machines = [machineSpec({ volumes: kind === 'volume' ? [{ path: '/data' }] : [] })];
    const spec = environmentSpec({ environmentId, machines });
    // Of the three, only the one with the right kind blocks the name.
    await t.rejects(engine.provision(spec), { code: 'ENGINE_REFUSED' }, kind);
    t.same(await isThere(), { container: true, network: true, volume: true }, kind);
    t.same(await engine.list(), []);
  }
});

/** A network, a volume and a container of somebody else, all with one name. */
async function makeForeign(t: Test, name: string, Labels: Record<string, string>) {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  const network = await docker.createNetwork({
    Name: name,
    Labels,
    IPAM: { Driver: 'default', Config: [{ Subnet: testSubnet() }] },
  });
  const volume = await docker.createVolume({ Name: name, Labels });
  const container = await docker.createContainer({ name, Image: MACHINE_IMAGE, Cmd: ['true'], Labels });
  t.teardown(async () => {
    await Promise.all([container.remove(), network.remove(), volume.remove()]);
    close();
  });
  const has = (thing: { inspect(): Promise<unknown> }) =>
    thing.inspect().then(
      () => true,
      () => false,
    );
  return async () => ({
    container: await has(container),
    network: await has(network),
    volume: await has(volume),
  });
}
