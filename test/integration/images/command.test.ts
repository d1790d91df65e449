import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import t from 'tap';
import { openDatabase, readInstallation } from '../../../src/infra/database/database.ts';
import { createPinNames } from '../../../src/domains/images/pins/pins.ts';
import { createPinStore } from '../../../src/domains/images/pins/pin-store.ts';
import { openImages } from '../../kit/engine/engine-images.ts';
import { MACHINE_IMAGE } from '../../kit/engine/engines.ts';
import { labsFolder, smallLab } from '../../kit/labs/lab-folders.ts';
import { startRegistry } from '../../kit/engine/registry.ts';
import { BERTH } from '../../kit/service/berth-command.ts';

const run = promisify(execFile);

await t.test('images are listed, pulled, built and removed on the command line', async (t) => {
  const env = {
    PATH: process.env['PATH'],
    DOCKER_HOST: process.env['DOCKER_HOST'],
    BERTH_DATA_DIR: t.testdir({}),
    BERTH_LABS_DIR: await labsFolder(t, { small: smallLab() }),
  };
  const berth = (...args: string[]) => run(process.execPath, [...BERTH, 'images', ...args], { env });
  const images = openImages(t);
  const registry = await startRegistry(t);
  const { reference } = await registry.push('tools:1', [randomBytes(1000)]);
  t.teardown(() => images.remove(reference));

  const pulled = await berth('pull', reference);
  t.match(pulled.stdout, new RegExp(`^Pulling ${reference}\n[^]*: done\nPulled sha256:[0-9a-f]{64}\n$`));
  const { stdout } = await berth('list');
  t.match(stdout, `${reference}  1 MB  pulled\n`);
  t.match(stdout, new RegExp(`^.*${MACHINE_IMAGE}.*  set-up  labs small`, 'm'));

  const database = await openDatabase({ url: `file:${env.BERTH_DATA_DIR}/berth.db` });
  t.teardown(() => database.close());
  const { id: imageId } = (await images.find(reference)) ?? { id: '' };
  const held = createPinNames({ images, installation: await readInstallation(database) }).nameOf(imageId);
  await images.tag(imageId, held);
  t.teardown(() => images.remove(held));
  const store = createPinStore({ database });
  const at = new Date();
  const digest = undefined;
  const pin = { labVersion: 'v1', image: reference, imageId, digest, pinnedAt: at, usedAt: at };
  await store.insert({ ...pin, lab: 'small' });
  await store.insert({ ...pin, lab: 'gone' });
  const { stdout: withPins } = await berth('list');
  t.match(withPins, `${reference}  1 MB  pulled  pinned by gone,small\n`);
  t.notMatch(withPins, held, 'a name that only keeps it is not shown');
  await t.rejects(berth('remove', reference), { code: 1, stderr: /pinned to it \(gone, small\)/ });
  for (const lab of ['small', 'gone']) await store.forget(lab);
  t.equal((await berth('remove', reference)).stdout, 'removed\n');
  await t.rejects(berth('remove', MACHINE_IMAGE), { code: 1, stderr: /neither pulled nor built/ });

  t.match((await berth('build', 'linux')).stdout, /^berth\/lab-linux:[0-9a-f]{12}: unchanged\n$/);
  await t.rejects(berth('build', '../src'), { code: 1, stderr: /There is no such image folder/ });
  await registry.stop();
  await t.rejects(berth('pull', reference), { code: 1, stderr: /no valid response.*connection refused/ });
});
