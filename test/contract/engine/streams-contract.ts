import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import type { ByteSource } from '../../../src/core/byte-source.ts';
import { bytesOf } from '../../kit/basics/bytes-of.ts';
import { isRunning, provisionMachine, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';

const LIMITS = { timeoutMs: 30_000, outputLimitBytes: 100_000 };

/** Contract of every engine for commands with input or output of any length. */
export async function streamsContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('output is read as it arrives', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const text = async (source: ByteSource) => (await bytesOf(source)).toString();
    const output = (script: string) => engine.execOutput(machineId, { command: ['sh', '-c', script] });

    await t.test('complete and unchanged, and ends with the command', async (t) => {
      t.equal(await text(await output('echo out; echo err >&2')), 'out\n');
      t.equal(await text(await output('true')), '');
      t.equal(await text(await output('cat; echo end')), 'end\n', 'its input is empty');
      const bytes = await bytesOf(await output('seq 1 1000000'));
      t.equal(bytes.length, 6_888_896);
      t.match(bytes.subarray(-8).toString(), '1000000\n');
    });

    await t.test('and fails if the command fails', async (t) => {
      await t.rejects(text(await output('echo some; echo why >&2; exit 7')), {
        code: 'COMMAND_FAILED',
        details: { exitCode: 7, problem: 'why' },
      });
      const missing = engine.execOutput(machineId, { command: ['no-such-command'] });
      await t.rejects(missing, { code: 'COMMAND_FAILED', details: { exitCode: 127 } });
      await t.rejects(engine.execOutput('nothing', { command: ['true'] }), { code: 'CONTAINER_NOT_FOUND' });
    });

    await t.test('no faster than it is read', async (t) => {
      const slow = await output('head -c 30000000 /dev/zero; echo end >/tmp/end');
      await sleep(500);
      t.match(await runScript(engine, machineId, 'cat /tmp/end'), { code: 1 }, 'it waits');
      t.equal((await bytesOf(slow)).length, 30_000_000);
      t.match(await runScript(engine, machineId, 'cat /tmp/end'), { out: 'end\n' });
    });

    await t.test('and closing it ends the command, with unread output', async (t) => {
      const endless = await output('sleep 4321 & exec cat /dev/zero');
      await sleep(300);
      t.ok(await isRunning(engine, machineId, 'sleep 4321'));
      await endless.close();
      t.notOk(await isRunning(engine, machineId, 'sleep 4321'));
      t.notOk(await isRunning(engine, machineId, 'cat /dev/zero'));
    });
  });

  await test('a machine that is destroyed during a read reports an error', async (t) => {
    const { engine } = open(t);
    const { environmentId, machineId } = await provisionMachine(engine);
    const output = await engine.execOutput(machineId, { command: ['sleep', '1000'] });
    // While it stops, or after it is gone.
    const failed = t.rejects(bytesOf(output), { code: /^(MACHINE_NOT_RUNNING|CONTAINER_NOT_FOUND)$/ });
    await engine.destroy(environmentId);
    await failed;
  });

  await test('input is streamed', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const run = (script: string, inputStream: Readable) =>
      runScript(engine, machineId, script, { ...LIMITS, inputStream });
    const pieces = (count: number) =>
      Readable.from(
        Array.from({ length: count }, () => Buffer.alloc(100_000, 'x')),
        { objectMode: false },
      );

    await t.test('to its end', async (t) => {
      t.match(await run('wc -c', pieces(100)), { code: 0, out: '10000000\n' });
      t.match(await run('wc -c', pieces(0)), { code: 0, out: '0\n' });
    });

    await t.test('as far as the command reads it, and stays open', async (t) => {
      const input = new PassThrough();
      input.write('line\nmore\n');
      t.match(await run('read -r line; echo "$line"', input), { code: 0, out: 'line\n' });
      t.notOk(input.destroyed);
    });

    await t.test('and its failure ends the command before it is reported', async (t) => {
      for (const after of [0, 300]) {
        const input = new PassThrough();
        input.write('x');
        setTimeout(() => input.destroy(new Error('broken')), after);
        await t.rejects(run('cat >/dev/null; sleep 1234', input), { message: 'broken' });
        t.notOk(await isRunning(engine, machineId, 'sleep 1234'));
        t.notOk(await isRunning(engine, machineId, 'cat'));
      }
    });
  });
}
