import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import type { Test } from 'tap';
import { fault } from '../../../src/core/errors.ts';
import {
  dockerHarness,
  MACHINE_IMAGE,
  newEnvironmentId,
  provisionMachine,
  runScript,
} from '../../kit/engine/engines.ts';
import { savedImagesContract } from './saved-images-contract.ts';

const docker = (...command: string[]) => promisify(execFile)('docker', command);

await savedImagesContract(dockerHarness);

/** An image with all kinds of settings, and 60 layers more than its base image. */
async function deepImage(t: Test): Promise<string> {
  const folder = t.testdir({ file: 'content\n' });
  const copies = Array.from({ length: 60 }, (_, layer) => `COPY file /deep/${layer}`);
  const says = ['ENV GREETING="say \\"hi\\" for \\$5" EMPTY=', 'USER learner', 'WORKDIR /srv'];
  const dockerfile = [`FROM ${MACHINE_IMAGE}`, ...copies, ...says].join('\n');
  await writeFile(join(folder, 'Dockerfile'), dockerfile);
  const image = `berth-test/${newEnvironmentId()}:deep`;
  t.teardown(() => docker('rmi', image));
  await docker('build', '-q', '-t', image, folder);
  return image;
}

const layersOf = async (image: string) =>
  Number((await docker('inspect', '-f', '{{len .RootFS.Layers}}', image)).stdout);

await test('a file system with many layers is saved as one layer, with owners, modes and the image’s settings', async (t) => {
  const image = await deepImage(t);
  const { engine } = dockerHarness(t);
  t.ok((await layersOf(image)) > 60);
  const { machineId } = await provisionMachine(engine, { image, volumes: [{ path: '/data' }] });
  const asRoot = { user: 'root' };
  const work = `cp /bin/true /usr/local/bin/tool; chown 1234:7 /usr/local/bin/tool; chmod 4755 /usr/local/bin/tool
    ln -s /no/where /srv/link; mkdir -m 1777 /srv/spool; echo volume >/data/file; rm /deep/7`;
  await runScript(engine, machineId, work, asRoot);
  const tell = `stat -c '%n %a %u:%g' /usr/local/bin/tool /srv/spool /home/learner /etc/shadow; readlink /srv/link
    ls /deep | wc -l; ls -A /data; pwd; id -un; echo "$GREETING [$EMPTY]"; env | grep -c ^PATH=`;
  const { out: before } = await runScript(engine, machineId, tell);
  t.match(before, /tool 4755 1234:7\n.*spool 1777 .*\n59\nfile\n\/srv\nlearner\nsay "hi" for \$5 \[\]\n1\n/s);

  const repository = `berth-test/${newEnvironmentId()}`;
  const admit = (bytes: number) => {
    if (bytes > 20 * 1024 ** 2) throw fault('SAVE_TOO_LARGE', { size: `${bytes}`, limit: '20 MiB' });
  };
  const bounded = { repository, tag: 'bounded', labels: {}, admit };
  await t.rejects(engine.commit(machineId, bounded), { code: 'SAVE_TOO_LARGE' });
  t.same(await engine.listImages(), [], 'nothing is left of the rejected image');
  t.match(await engine.inspect(machineId), { state: 'running' });

  const id = await engine.commit(machineId, {
    repository,
    tag: 'flat',
    labels: { 'berth.test': 'a "b" $c' },
  });
  const flat = `${repository}:flat`;
  t.equal(await layersOf(flat), 1);
  t.match(await engine.listImages(), [{ id, names: [flat] }]);
  t.ok((await engine.measureImage(flat)) > 50 * 1024 ** 2, 'it shares no layers');
  t.match(await engine.inspect(machineId), { state: 'running' });
  const again = await provisionMachine(engine, { image: flat });
  const { out: after } = await runScript(engine, again.machineId, tell);
  t.equal(after, before.replace('\nfile\n', '\n'), 'the volume is not part of the file system');
  await engine.destroy(again.environmentId);
  await engine.removeImage(flat);
});
