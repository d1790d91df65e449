import { test } from 'tap';
import type { Test } from 'tap';
import { environmentSpec, runScript } from '../../support/engines.ts';
import type { EngineHarness } from '../../support/engines.ts';
import { MAKE_TINY_IMAGE, nestedSpec, provisionNested } from '../../support/nested.ts';

/** What every engine must do about machines with an engine of their own. */
export async function nestedContract(open: (t: Test) => EngineHarness): Promise<void> {
  await test('a machine has an engine of its own as soon as it is there', async (t) => {
    const { engine } = open(t);
    t.equal(await engine.nestedProblem(), undefined);
    const { machineId } = await provisionNested(engine);
    const run = (script: string) => runScript(engine, machineId, script, { timeoutMs: 60_000 });

    t.match(await run('docker info --format "{{.Driver}} {{.SecurityOptions}}"'), {
      code: 0,
      out: /^overlay2 .*rootless/,
    });
    t.match(await run(MAKE_TINY_IMAGE), { code: 0 });
    const hello = await run('docker run --name greeter tiny sh -c "echo hello > /kept; cat /kept"');
    t.match(hello, { code: 0, out: 'hello\n' });
    t.match(await run('docker commit greeter tiny:2 && docker run --rm tiny:2 cat /kept'), {
      out: /hello\n$/,
    });

    await t.test('which stands still with it', async (t) => {
      await engine.pause(machineId);
      await engine.unpause(machineId);
      t.match(await run('docker image ls --quiet tiny:2'), { code: 0, out: /^\w+\n$/ });
    });

    await t.test('and answers after a restart, with images and containers of before', async (t) => {
      await engine.restart(machineId);
      t.match(await run('docker start --attach greeter'), { code: 0, out: 'hello\n' });
      t.match(await run('docker run --rm tiny:2 cat /kept'), { code: 0, out: 'hello\n' });
    });

    await t.test('and nobody is root beside it', async (t) => {
      t.equal(
        (await run('id -u; grep -h CapPrm /proc/self/status')).out,
        '1000\nCapPrm:\t0000000000000000\n',
      );
      t.equal((await runScript(engine, machineId, 'id -u', { user: 'learner' })).out, '1000\n');
      for (const user of ['root', '0', '0:0', 'root:learner', 'nobody-here']) {
        const refused = { code: 'ROOT_REFUSED' };
        const shell = { command: ['sh'], user };
        await t.rejects(runScript(engine, machineId, 'true', { user }), refused, user);
        await t.rejects(engine.openTerminal(machineId, { ...shell, rows: 24, cols: 80 }), refused, user);
        await t.rejects(engine.prepareShell(machineId, shell), refused, user);
        await t.rejects(engine.execOutput(machineId, { command: ['true'], user }), refused, user);
      }
    });
  });

  await test('a machine with an engine has a user who is not root', async (t) => {
    const { engine } = open(t);
    const spec = environmentSpec({ machines: [nestedSpec({ user: 'root' })] });
    await t.rejects(engine.provision(spec), {
      code: 'LAB_INVALID',
      message: /is nested and its user is root/,
    });
    t.same(await engine.list(), []);
  });
}
