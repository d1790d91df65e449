import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import type { EngineEvent, Engine } from '../../../src/engine/engine.ts';
import { machineSpec, provisionMachine, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';

const PATIENCE_MS = 10_000;

/** Contract of every engine for events of its machines. */
export async function watchContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('the life of a machine is reported, and of no other installation’s', async (t) => {
    const { engine } = open(t);
    const { events, until } = await watch(t, engine);
    await provisionMachine(open(t).engine);
    const { machineId, environmentId } = await provisionMachine(engine);
    await until('machine-started');
    await runScript(engine, machineId, 'kill -TERM $(pgrep -o sleep)');
    await until('machine-died');
    await engine.restart(machineId);
    await engine.destroy(environmentId);
    await until('machine-removed');
    t.same(events, [
      { type: 'machine-started', environmentId, machineId },
      { type: 'machine-died', environmentId, machineId, exitCode: 143, outOfMemory: false },
      { type: 'machine-started', environmentId, machineId },
      { type: 'machine-died', environmentId, machineId, exitCode: 137, outOfMemory: false },
      { type: 'machine-removed', environmentId, machineId },
    ]);
  });

  await test('the death of a machine without memory is reported as such', async (t) => {
    const { engine } = open(t);
    const { events, until } = await watch(t, engine);
    const limits = { ...machineSpec().limits, memoryBytes: 32 * 1024 * 1024 };
    // As the main process, so that the machine ends with it.
    const command = ['sh', '-c', 'sleep 1; exec tail /dev/zero'];
    const { machineId, environmentId } = await provisionMachine(engine, { command, limits });
    await until('machine-died');
    t.match(events.at(-1), { type: 'machine-died', environmentId, machineId, outOfMemory: true });
    t.match(await engine.inspect(machineId), { state: 'exited', outOfMemory: true, exitCode: 137 });
    t.match(await engine.list(), [{ machines: [{ state: 'exited', outOfMemory: true, exitCode: 137 }] }]);
  });

  await test('the loss and the return of an engine are reported once each, and the watch continues', async (t) => {
    const { engine, cut, restore } = await open(t).openCuttable();
    const { events, until } = await watch(t, engine);
    await cut();
    await until('engine-lost');
    await sleep(1_500);
    await restore();
    await until('engine-returned');
    await provisionMachine(engine);
    await until('machine-started');
    t.same(
      events.map(({ type }) => type),
      ['engine-lost', 'engine-returned', 'machine-started'],
    );
  });

  await test('nothing is reported after the watch was stopped', async (t) => {
    const { engine } = open(t);
    const { events, stop } = await watch(t, engine);
    stop();
    await provisionMachine(engine);
    await sleep(200);
    t.same(events, []);
  });
}

async function watch(t: Test, engine: Engine) {
  const events: EngineEvent[] = [];
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  engine.watch((event) => events.push(event), abort.signal);
  // The engine starts to report events when it has the request.
  await sleep(300);
  let seen = 0;
  const until = async (type: EngineEvent['type']) => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const index = events.findIndex((event, at) => at >= seen && event.type === type);
      if (index >= 0) {
        seen = index + 1;
        return;
      }
      if (Date.now() > deadline) throw new Error(`no ${type} in ${JSON.stringify(events)}`);
      await sleep(10);
    }
  };
  return { events, until, stop: () => abort.abort() };
}
