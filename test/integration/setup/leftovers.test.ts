import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { labelsOf } from '../../../src/engine/docker/labels.ts';
import { MACHINE_IMAGE } from '../../kit/engine/engines.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { takeLeftovers } from '../../kit/runner/machine/leftovers.ts';

await t.test('leftovers of tests are reported with their test, and removed', async (t) => {
  const host = process.env['DOCKER_HOST'];
  const { docker, close } = connectEngine(host, process.env);
  t.teardown(close);
  const [installation, other] = [newInstallation(t), newInstallation(t)];
  const labels = (of: string) => ({ Labels: labelsOf(of, 'machine') });
  const container = await docker.createContainer({
    name: `main-${installation}`,
    Image: MACHINE_IMAGE,
    ...labels(installation),
  });
  await container.commit({ repo: 'berth-test/saved', tag: installation });
  await docker.createNetwork({ Name: `net-${installation}`, ...labels(installation) });
  await docker.createVolume({ Name: `volume-${installation}`, ...labels(installation) });
  await docker.getImage(MACHINE_IMAGE).tag({ repo: 'berth/pin', tag: `${installation}.0` });
  await docker.createVolume({ Name: `volume-${other}`, ...labels(other) });

  const file = join(t.testdir({}), 'list');
  await writeFile(file, `${installation} test/careless.test.ts\n`);
  const left = await takeLeftovers(file, host, 0);
  t.same(left, [
    `container main-${installation} of test/careless.test.ts`,
    `network net-${installation} of test/careless.test.ts`,
    `volume volume-${installation} of test/careless.test.ts`,
    `image berth-test/saved:${installation} of test/careless.test.ts`,
    `image berth/pin:${installation}.0 of test/careless.test.ts`,
  ]);
  t.same(await takeLeftovers(file, host, 0), []);
  t.ok(await docker.getVolume(`volume-${other}`).inspect(), 'objects of others are left alone');
});
