import { test } from 'tap';
import type { Test } from 'tap';
import {
  environmentSpec,
  machineSpec,
  newEnvironmentId,
  provisionMachine,
  runScript,
} from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';

const MEBIBYTE = 1024 * 1024;

/** Contract of every engine for saved images. */
export async function savedImagesContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('a stopped machine is saved as it is, and starts again', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    await runScript(engine, machineId, 'echo kept >/root/kept');
    await engine.stop(machineId);
    await engine.stop(machineId);
    t.match(await engine.inspect(machineId), { state: 'exited' });
    const repository = `berth-test/${newEnvironmentId()}`;
    await engine.commit(machineId, { repository, tag: 'one', labels: {} });
    await engine.restart(machineId);
    t.equal((await runScript(engine, machineId, 'cat /root/kept')).out, 'kept\n');
    await t.rejects(engine.stop('nothing'), { code: 'CONTAINER_NOT_FOUND' });
    await engine.removeImage(`${repository}:one`);
    t.same(await engine.listImages(), []);
  });

  await test('images are listed, and measured by their saved content only', async (t) => {
    const { engine } = open(t);
    const volumes = [{ path: '/data' }, { path: '/srv' }];
    const [{ machineId } = { machineId: '' }] = await engine.provision(
      environmentSpec({ machines: [machineSpec({ volumes })] }),
    );
    t.same(await engine.listVolumes(machineId), ['/data', '/srv']);
    await runScript(engine, machineId, 'head -c 2M /dev/urandom >/root/a; head -c 3M /dev/urandom >/data/b');
    const repository = `berth-test/${newEnvironmentId()}`;
    await engine.commit(machineId, { repository, tag: 'system', labels: {} });
    await engine.commitVolume(machineId, '/data', { repository, tag: 'volume', labels: {} });
    const mebibytes = async (tag: string) =>
      Math.round((await engine.measureImage(`${repository}:${tag}`)) / MEBIBYTE);
    t.same([await mebibytes('system'), await mebibytes('volume')], [2, 3]);
    const names = (await engine.listImages()).flatMap((image) => image.names);
    t.same(names.sort(), [`${repository}:system`, `${repository}:volume`]);

    const image = `${repository}:system`;
    const again = await provisionMachine(engine, { image });
    await t.rejects(engine.removeImage(image), { code: 'ENGINE_REFUSED' }, 'a machine was made from it');
    await engine.destroy(again.environmentId);
    for (const name of names) await engine.removeImage(name);
    t.same(await engine.listImages(), []);
    await t.rejects(engine.measureImage(image), { code: 'IMAGE_NOT_FOUND' });
    await t.rejects(engine.listVolumes('nothing'), { code: 'CONTAINER_NOT_FOUND' });
  });
}
