import { test } from 'tap';
import type { Test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import { environmentSpec, machineSpec, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';

const MIB = 1024 ** 2;
/** Long enough for a busy disk. */
const PATIENT = { timeoutMs: 60_000 };

/** Contract of every engine for its disk and the usage of machines. */
export async function usageContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('an engine reports the size and the free space of its disk', async (t) => {
    const { totalBytes, freeBytes } = await open(t).engine.disk();
    t.ok(freeBytes > 0 && freeBytes < totalBytes);
  });

  await test('a machine is measured with everything that it wrote: file system, volumes and /etc/hosts', async (t) => {
    const { engine } = open(t);
    const machines = [machineSpec({ volumes: [{ path: '/data' }] }), machineSpec({ name: 'idle' })];
    const [main, idle] = await engine.provision(environmentSpec({ machines }));
    const write =
      'head -c 8388608 /dev/urandom >/root/file; head -c 2097152 /dev/urandom >/data/file; head -c 2097152 /dev/urandom >>/etc/hosts';
    t.match(await runScript(engine, main?.machineId ?? '', write), { code: 0 });
    const written = await bytesOf(engine, main?.machineId);
    t.ok(written >= 12 * MIB && written < 13 * MIB, `${written}`);
    t.ok((await bytesOf(engine, idle?.machineId)) < MIB);
    await engine.pause(main?.machineId ?? '');
    t.equal(await bytesOf(engine, main?.machineId), written, 'a paused machine is measured too');
    await engine.unpause(main?.machineId ?? '');
    await runScript(engine, main?.machineId ?? '', 'rm /root/file');
    t.ok((await bytesOf(engine, main?.machineId)) < 5 * MIB, 'removed files no longer count');
    await t.rejects(engine.measureUsage('0'.repeat(64), PATIENT), { code: 'CONTAINER_NOT_FOUND' });
  });

  await test('deleted files that are open or mapped count too, those in memory do not', async (t) => {
    const { engine } = open(t);
    const [main] = await engine.provision(
      environmentSpec({ machines: [machineSpec({ volumes: [{ path: '/data' }] })] }),
    );
    const hold = (folder: string, mib: number) =>
      `exec 3<>${folder}/f; rm ${folder}/f; head -c ${mib}M /dev/urandom >&3; (sleep 300 <&3 >/dev/null 2>&1 &); exec 3>&-`;
    // A running program is mapped, though no process has its file open.
    const mapped =
      'cp /bin/sleep /root/f; head -c 2M /dev/urandom >>/root/f; (/root/f 300 >/dev/null 2>&1 &); sleep 1; rm /root/f';
    const held = [hold('/root', 8), hold('/data', 4), hold('/dev/shm', 16), mapped];
    const script = `${held.map((each) => `(${each})`).join('; ')}; find /root /data /dev/shm -type f -size +1k`;
    t.match(await runScript(engine, main?.machineId ?? '', script), { code: 0, out: '' });
    const written = await engine.measureUsage(main?.machineId ?? '', { ...PATIENT, openFiles: true });
    const openBytes = written === 'late' ? NaN : (written.openBytes ?? NaN);
    t.ok(openBytes >= 14 * MIB && openBytes < 15 * MIB, `${openBytes}`);
    t.ok((await bytesOf(engine, main?.machineId)) < MIB, 'no folder shows them');
  });

  await test('files are counted on request, including empty ones and folders, within a time limit', async (t) => {
    const { engine } = open(t);
    const machines = [machineSpec({ volumes: [{ path: '/data' }] }), machineSpec({ name: 'idle' })];
    const [main, idle] = await engine.provision(environmentSpec({ machines }));
    const make =
      'mkdir -p /root/a/b; cd /root/a/b; seq 3000 | xargs touch; cd /data; seq 2000 | xargs touch; ln -s / /data/root';
    t.match(await runScript(engine, main?.machineId ?? '', make), { code: 0 });
    const counted = await engine.measureUsage(main?.machineId ?? '', { ...PATIENT, countFiles: true });
    const files = counted === 'late' ? NaN : (counted.files ?? NaN);
    t.ok(files > 5000 && files < 5100, `${files}`);
    t.match(await engine.measureUsage(idle?.machineId ?? '', PATIENT), { files: undefined });
    const signal = AbortSignal.abort();
    t.equal(await engine.measureUsage(main?.machineId ?? '', { ...PATIENT, signal }), 'late');
  });
}

export async function bytesOf(engine: Engine, machineId = ''): Promise<number> {
  const written = await engine.measureUsage(machineId, PATIENT);
  return written === 'late' ? NaN : written.bytes;
}
