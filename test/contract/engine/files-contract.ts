import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { extract, pack } from 'tar-stream';
import { test } from 'tap';
import type { Test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import {
  environmentSpec,
  machineSpec,
  newEnvironmentId,
  provisionMachine,
  runScript,
} from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';

/** Contract of every engine for files and saved file systems. */
export async function filesContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('files are copied in and out unchanged', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const content = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
    const tar = pack();
    tar.entry({ name: 'folder/a file', mode: 0o640, uid: 1000, gid: 1000 }, content);
    tar.finalize();
    await engine.copyIn(machineId, '/home', Readable.from(tar));
    const { out } = await runScript(engine, machineId, 'stat -c "%a %U %s" "/home/folder/a file"');
    t.equal(out, '640 learner 100000\n');
    const entries = await readTar(await engine.copyOut(machineId, '/home/folder/a file'));
    t.same(entries, { 'a file': content });
    t.has(await readTar(await engine.copyOut(machineId, '/home/folder')), { 'folder/a file': content });
  });

  await test('a copy can be stopped early', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const tar = await engine.copyOut(machineId, '/usr');
    await once(tar, 'readable');
    tar.destroy();
    t.equal((await runScript(engine, machineId, 'echo alive')).out, 'alive\n');
  });

  await test('a copy whose sender aborts ends with the reason', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const start = Buffer.alloc(2048);
    const failing = Readable.from(
      (async function* () {
        yield start.subarray(0, 100);
        throw new Error('no more');
      })(),
      { objectMode: false },
    );
    await t.rejects(engine.copyIn(machineId, '/', failing), { message: 'no more' });
    const left = new PassThrough();
    left.write(start.subarray(0, 100));
    const copying = engine.copyIn(machineId, '/', left);
    setTimeout(() => left.destroy(), 100);
    await t.rejects(copying, { code: 'TRANSFER_INTERRUPTED' });
  });

  await test('a copy to or from a missing path says so', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const empty = () => Readable.from([Buffer.alloc(1024)]);
    await t.rejects(engine.copyIn(machineId, '/no/such', empty()), { code: 'NOT_FOUND' });
    await t.rejects(engine.copyIn(machineId, '/etc/passwd', empty()), { code: 'NOT_FOUND' });
    await t.rejects(engine.copyIn('nothing', '/', empty()), { code: 'CONTAINER_NOT_FOUND' });
    await t.rejects(engine.copyOut(machineId, '/no/such'), { code: 'NOT_FOUND' });
    await t.rejects(engine.copyOut('nothing', '/'), { code: 'CONTAINER_NOT_FOUND' });
  });

  await test('a machine’s file system is saved, used for a start and removed', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    await runScript(engine, machineId, 'echo kept >/root/kept');
    const saved = {
      repository: `berth-test/${newEnvironmentId()}`,
      tag: 'v1',
      labels: { 'berth.test': 'a "b" $c' },
    };
    const id = await engine.commit(machineId, saved);
    const image = `${saved.repository}:${saved.tag}`;
    const [again] = await engine.provision(environmentSpec({ machines: [machineSpec({ image })] }));
    t.equal((await runScript(engine, again?.machineId ?? '', 'cat /root/kept')).out, 'kept\n');
    await removeAllMachines(engine);
    await engine.removeImage(image);
    await engine.removeImage(image);
    await engine.removeImage(id);
    await t.rejects(engine.commit('nothing', saved), { code: 'CONTAINER_NOT_FOUND' });
  });

  await test('an image that was not saved here is never removed', async (t) => {
    const { engine } = open(t);
    await t.rejects(engine.removeImage(machineSpec().image), { code: 'ENGINE_REFUSED' });
    const machine = await provisionMachine(engine);
    t.ok(machine.machineId);
  });
}

async function removeAllMachines(engine: Engine): Promise<void> {
  for (const { environmentId } of await engine.list()) await engine.destroy(environmentId);
}

async function readTar(tar: Readable): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for await (const entry of tar.pipe(extract())) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    if (entry.header.type === 'file') files[entry.header.name] = Buffer.concat(chunks);
  }
  return files;
}
