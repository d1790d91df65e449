import { test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/connection.ts';
import { readDisk } from '../../../src/engine/docker/disk.ts';
import { labelFilter, labelsOf } from '../../../src/engine/docker/labels.ts';
import { dockerHarness } from '../../support/engines.ts';
import { usageContract } from './usage-contract.ts';

await usageContract(dockerHarness);

await test('where this process can not look, a helper sees the same disk, and is gone afterwards', async (t) => {
  const { installation } = dockerHarness(t);
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  // An engine of another id: its folder is not to be looked for here.
  const info = async () => ({ ID: 'another', DockerRootDir: '/' });
  const elsewhere = Object.create(docker, { info: { value: info } }) as typeof docker;
  const helper = { installation, image: 'berth/lab-egress:latest' };
  const [there, here] = [await readDisk(elsewhere, helper), await readDisk(docker, helper)];
  t.equal(there.totalBytes, here.totalBytes);
  t.ok(Math.abs(there.freeBytes - here.freeBytes) < 4 * 1024 ** 3, 'others write meanwhile');
  const filters = labelFilter(labelsOf(installation, 'gauge'));
  t.same(await docker.listContainers({ all: true, filters }), []);
  await t.rejects(readDisk(elsewhere, { installation, image: 'berth/no-such:image' }), {
    code: 'IMAGE_NOT_FOUND',
  });
});
