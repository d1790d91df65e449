import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import { environmentSpec, machineSpec, networkSpec, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';

/** Contract of every engine for environments. */
export async function provisionContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('an engine describes itself', async (t) => {
    const info = await open(t).engine.info();
    t.match(info, { name: String, version: /\d/, userNamespaces: Boolean, systemCallFilter: true });
    t.ok(info.memoryBytes > 0 && info.cpus > 0);
  });

  await test('machines of an environment have their names and addresses, and reach each other', async (t) => {
    const { engine } = open(t);
    const machines = [machineSpec(), machineSpec({ name: 'db', environment: { ROLE: 'database' } })];
    const spec = environmentSpec({ machines });
    const phases: string[] = [];
    const made = await engine.provision(spec, { onProgress: ({ phase }) => phases.push(phase) });
    t.same(
      made.map(({ name }) => name),
      ['main', 'db'],
    );
    t.same(phases, ['creating', 'starting']);
    const [main, db] = made;
    if (!main || !db) return;
    const found = await runScript(engine, main.machineId, 'hostname; getent hosts db; ping -c1 -W2 db >&2');
    t.match(found, { code: 0, out: new RegExp(`^main\n${db.addresses[0]?.address} +db`) });
    t.equal((await runScript(engine, db.machineId, 'echo $ROLE')).out, 'database\n');
    t.same(await engine.inspect(db.machineId), {
      state: 'running',
      addresses: db.addresses,
      exitCode: undefined,
      outOfMemory: false,
    });
  });

  await test('an environment is listed until it is destroyed, which succeeds twice', async (t) => {
    const { engine } = open(t);
    const spec = environmentSpec();
    const [machine] = await engine.provision(spec);
    const [listed, ...others] = await engine.list();
    t.match(listed, {
      environmentId: spec.environmentId,
      machines: [
        { name: 'main', machineId: machine?.machineId, addresses: machine?.addresses, state: 'running' },
      ],
    });
    t.same(others, []);
    await Promise.all([engine.destroy(spec.environmentId), engine.destroy(spec.environmentId)]);
    await engine.destroy(spec.environmentId);
    t.same(await engine.list(), []);
    await t.rejects(engine.inspect(machine?.machineId ?? ''), { code: 'CONTAINER_NOT_FOUND' });
  });

  await test('a paused machine is frozen, and continues where it was', async (t) => {
    const { engine } = open(t);
    const spec = environmentSpec();
    const [machine] = await engine.provision(spec);
    const machineId = machine?.machineId ?? '';
    const count = 'i=0; while :; do i=$((i+1)); echo $i > /tmp/count; sleep 0.05; done';
    await runScript(
      engine,
      machineId,
      `(${count}) </dev/null >/dev/null 2>&1 & until [ -s /tmp/count ]; do sleep 0.05; done`,
    );
    await engine.pause(machineId);
    await engine.pause(machineId);
    t.match(await engine.inspect(machineId), { state: 'paused', exitCode: undefined, outOfMemory: false });
    t.match(await engine.list(), [{ environmentId: spec.environmentId, machines: [{ state: 'paused' }] }]);
    await t.rejects(runScript(engine, machineId, 'true'), { code: 'MACHINE_NOT_RUNNING' });
    await engine.unpause(machineId);
    await engine.unpause(machineId);
    t.match(await engine.inspect(machineId), { state: 'running', addresses: machine?.addresses });
    const before = (await runScript(engine, machineId, 'cat /tmp/count')).out;
    const grows = `until [ "$(cat /tmp/count)" -gt ${Number(before)} ]; do sleep 0.05; done`;
    t.match(await runScript(engine, machineId, grows), { code: 0 }, 'its processes continued');
    await engine.pause(machineId);
    await engine.destroy(spec.environmentId);
    t.same(await engine.list(), []);
  });

  await test('an ended or missing machine is neither paused nor unpaused', async (t) => {
    const { engine } = open(t);
    const spec = environmentSpec({ machines: [machineSpec({ command: ['sh', '-c', 'read line'] })] });
    const machineId = (await engine.provision(spec))[0]?.machineId ?? '';
    while ((await engine.inspect(machineId)).state !== 'exited') await sleep(20);
    await t.rejects(engine.pause(machineId), { code: 'MACHINE_NOT_RUNNING' });
    await t.rejects(engine.unpause(machineId), { code: 'MACHINE_NOT_RUNNING' });
    await engine.destroy(spec.environmentId);
    await t.rejects(engine.pause(machineId), { code: 'CONTAINER_NOT_FOUND' });
    await t.rejects(engine.unpause(machineId), { code: 'CONTAINER_NOT_FOUND' });
  });

  await test('another installation on the same engine is neither listed nor destroyed', async (t) => {
    const [ours, theirs] = [open(t).engine, open(t).engine];
    const spec = environmentSpec();
    const [machine] = await theirs.provision(spec);
    t.same(await ours.list(), []);
    await ours.destroy(spec.environmentId);
    t.match(await theirs.inspect(machine?.machineId ?? ''), { state: 'running' });
  });

  await test('a machine that cannot start leaves nothing of its environment', async (t) => {
    const { engine } = open(t);
    const machines = [machineSpec(), machineSpec({ name: 'broken', user: 'nobody-here' })];
    await t.rejects(engine.provision(environmentSpec({ machines })), { code: 'ENGINE_REFUSED' });
    t.same(await engine.list(), []);
  });

  await test('a second environment with the same id is refused and the first one stays', async (t) => {
    const { engine } = open(t);
    const spec = environmentSpec();
    const [first] = await engine.provision(spec);
    await t.rejects(engine.provision({ ...spec, networks: [networkSpec()] }), { code: 'ENGINE_REFUSED' });
    t.match(await engine.inspect(first?.machineId ?? ''), { state: 'running', addresses: first?.addresses });
  });

  await test('an abort at any moment leaves nothing', async (t) => {
    const { engine } = open(t);
    const reason = new Error('changed their mind');
    for (const delay of [0, 20, 60, 120, 200]) {
      const abort = new AbortController();
      const provisioned = engine.provision(environmentSpec(), { signal: abort.signal });
      void sleep(delay).then(() => abort.abort(reason));
      await t.rejects(provisioned, reason);
      t.same(await engine.list(), []);
    }
    await t.rejects(engine.provision(environmentSpec(), { signal: AbortSignal.abort(reason) }), reason);
  });

  await test('an image whose registry is down is reported with the engine’s message, and nothing is left', async (t) => {
    const { engine } = open(t);
    const image = 'registry.invalid/no/such:image';
    await t.rejects(engine.provision(environmentSpec({ machines: [machineSpec({ image })] })), {
      code: 'REGISTRY_UNREACHABLE',
      details: { image, problem: /registry\.invalid/ },
    });
    t.same(await engine.list(), []);
  });

  await test('a subnet that overlaps another network is refused', async (t) => {
    const { engine } = open(t);
    const spec = environmentSpec();
    await engine.provision(spec);
    await t.rejects(engine.provision(environmentSpec({ networks: spec.networks })), {
      code: 'SUBNETS_EXHAUSTED',
      details: { subnet: spec.networks[0]?.subnet },
    });
    t.equal((await engine.list()).length, 1);
  });

  await test('a restart keeps files and addresses', async (t) => {
    const { engine } = open(t);
    const [machine] = await engine.provision(
      environmentSpec({ machines: [machineSpec(), machineSpec({ name: 'b' })] }),
    );
    const { machineId = '', addresses } = machine ?? {};
    await runScript(engine, machineId, 'echo kept >/root/file; sleep 999 >/dev/null 2>&1 &');
    await engine.restart(machineId);
    t.match(await engine.inspect(machineId), { state: 'running', addresses });
    t.match(await runScript(engine, machineId, 'cat /root/file; pgrep -f "[s]leep 999"'), {
      out: 'kept\n',
      code: 1,
    });
    await t.rejects(engine.restart('nothing'), { code: 'CONTAINER_NOT_FOUND' });
  });

  await test('an engine that does not answer is unreachable for every operation', async (t) => {
    const { engine, cut } = await open(t).openCuttable();
    await cut();
    const command = { command: ['true'], timeoutMs: 1_000, outputLimitBytes: 10 };
    const calls: Record<string, () => Promise<unknown>> = {
      info: () => engine.info(),
      provision: () => engine.provision(environmentSpec()),
      list: () => engine.list(),
      destroy: () => engine.destroy('x'),
      inspect: () => engine.inspect('x'),
      restart: () => engine.restart('x'),
      exec: () => engine.exec('x', command),
      openTerminal: () => engine.openTerminal('x', { command: ['sh'], rows: 1, cols: 1 }),
      endShell: () => engine.endShell('x', '1:0:1'),
      copyOut: () => engine.copyOut('x', '/'),
      commitVolume: () => engine.commitVolume('x', '/', { repository: 'x', tag: 'x', labels: {} }),
      removeImage: () => engine.removeImage('x'),
    };
    for (const [name, attempt] of Object.entries(calls)) {
      await t.rejects(attempt(), { code: 'ENGINE_UNREACHABLE' }, name);
    }
  });
}
