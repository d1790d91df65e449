import { test } from 'tap';
import type { Test } from 'tap';
import { environmentSpec, machineSpec, runScript } from '../../support/engines.ts';
import type { EngineHarness } from '../../support/engines.ts';

const MIB = 1024 ** 2;

/** What every engine must tell of its disk, and of what machines write to it. */
export async function usageContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('an engine tells how large its disk is, and how much of it is free', async (t) => {
    const { totalBytes, freeBytes } = await open(t).engine.disk();
    t.ok(freeBytes > 0 && freeBytes < totalBytes);
  });

  await test('each machine is told with all that it has written, in its file system and its volumes', async (t) => {
    const [{ engine }, other] = [open(t), open(t)];
    const machines = [machineSpec({ volumes: [{ path: '/data' }] }), machineSpec({ name: 'idle' })];
    const spec = environmentSpec({ machines });
    const [main] = await engine.provision(spec);
    await other.engine.provision(environmentSpec());
    const write = 'head -c 8388608 /dev/urandom >/root/file; head -c 4194304 /dev/urandom >/data/file';
    t.match(await runScript(engine, main?.machineId ?? '', write), { code: 0 });
    const usage = await engine.usage();
    t.strictSame(new Set(usage.map(({ name }) => name)), new Set(['idle', 'main']));
    t.ok(usage.every(({ environmentId }) => environmentId === spec.environmentId));
    const written = (name: string) => usage.find((machine) => machine.name === name)?.writtenBytes ?? NaN;
    t.ok(written('main') >= 12 * MIB && written('main') < 13 * MIB, `${written('main')}`);
    t.ok(written('idle') < MIB, `${written('idle')}`);
    await runScript(engine, main?.machineId ?? '', 'rm /root/file');
    const after = (await engine.usage()).find(({ name }) => name === 'main');
    t.ok((after?.writtenBytes ?? NaN) < 5 * MIB, 'what is removed counts no more');
  });

  await test('files are counted where that is asked for, empty ones and folders too', async (t) => {
    const { engine } = open(t);
    const machines = [machineSpec({ volumes: [{ path: '/data' }] }), machineSpec({ name: 'idle' })];
    const [main] = await engine.provision(environmentSpec({ machines }));
    const make =
      'mkdir -p /root/a/b; cd /root/a/b; seq 3000 | xargs touch; cd /data; seq 2000 | xargs touch; ln -s / /data/root';
    t.match(await runScript(engine, main?.machineId ?? '', make), { code: 0 });
    const counted = await engine.usage({ countFiles: true });
    const files = (name: string) => counted.find((machine) => machine.name === name)?.files ?? NaN;
    t.ok(files('main') > 5000 && files('main') < 5100, `${files('main')}`);
    t.ok(files('idle') < 100, `${files('idle')}`);
    t.same(
      (await engine.usage()).map((machine) => machine.files),
      [undefined, undefined],
    );
  });
}
