import { test } from 'tap';
import type { Test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import { provisionMachine, runScript } from '../../kit/engine/engines.ts';
import type { EngineHarness } from '../../kit/engine/engines.ts';
import { readScreen } from '../../kit/terminals/screen.ts';
import { until } from '../../kit/basics/until.ts';

/** Prints its initial state, and then is a shell. */
const spec = {
  command: [
    'sh',
    '-c',
    'echo "$WORD at $(stty size) in $PWD."; touch "/tmp/$WORD"; exec bash --norc --noprofile',
  ],
  user: 'learner',
  environment: { WORD: 'first', PS1: 'ready> ' },
};
const size = { rows: 31, cols: 97 };

/** Contract of every engine for shells that wait for a terminal. */
export async function preparedShellsContract(open: (t: Test) => EngineHarness): Promise<void> {
  const pidOf = (handle: string) => Number.parseInt(handle, 10);
  const hasStarted = async (engine: Engine, machineId: string) =>
    (await runScript(engine, machineId, 'test -e /tmp/first')).code === 0;

  await test('a prepared shell', async (t) => {
    const { engine } = open(t);
    const { machineId } = await provisionMachine(engine);
    const handle = await engine.prepareShell(machineId, spec);

    await t.test('waits before any of its code runs, once for any number of calls', async (t) => {
      t.ok(engine.isPrepared(machineId, handle));
      t.notOk(engine.isPrepared('another', handle));
      t.equal(await engine.prepareShell(machineId, spec), handle);
      t.notOk(await hasStarted(engine, machineId));
    });

    await t.test('is not used for another specification', async (t) => {
      const other = { ...spec, environment: { ...spec.environment, WORD: 'other' } };
      const terminal = await engine.openTerminal(machineId, { ...other, ...size });
      await readScreen(terminal).until('other at 31 97 in /home/learner.');
      t.not(terminal.shell, handle);
      t.ok(engine.isPrepared(machineId, handle));
      await terminal.end();
    });

    await t.test(
      'starts after a pause when a terminal is opened, at its size, with only its own output',
      async (t) => {
        await engine.pause(machineId);
        await engine.unpause(machineId);
        const terminal = await engine.openTerminal(machineId, { ...spec, ...size });
        t.equal(terminal.shell, handle);
        const screen = readScreen(terminal);
        t.equal(await screen.until('learner.'), 'first at 31 97 in /home/learner.');
        await screen.until('ready> ');
        t.ok(await hasStarted(engine, machineId));
        terminal.stream.write('exit 42\n');
        t.same(await terminal.over, { exitCode: 42 });
        t.notOk(engine.isPrepared(machineId, handle));
      },
    );

    await t.test('serves only one terminal: the next one gets a new shell', async (t) => {
      const again = await engine.prepareShell(machineId, spec);
      const terminals = await Promise.all(
        [1, 2].map(() => engine.openTerminal(machineId, { ...spec, ...size })),
      );
      const shells = terminals.map(({ shell }) => shell);
      t.equal(shells.filter((shell) => shell === again).length, 1);
      t.equal(new Set(shells).size, 2);
      await Promise.all(terminals.map(({ end }) => end()));
    });

    await t.test('that was ended is forgotten, and a terminal opens anyway', async (t) => {
      const ended = await engine.prepareShell(machineId, spec);
      await engine.endShell(machineId, ended);
      await until(async () => !engine.isPrepared(machineId, ended));
      const terminal = await engine.openTerminal(machineId, { ...spec, ...size });
      await readScreen(terminal).until('first at 31 97');
      t.not(terminal.shell, ended);
      await terminal.end();
    });

    await t.test('that cannot start says why', async (t) => {
      const absent = { ...spec, command: ['no-such-shell'] };
      await t.rejects(engine.prepareShell(machineId, absent), {
        code: 'SHELL_NOT_STARTED',
        details: { problem: /no-such-shell/ },
      });
    });
  });

  await test('a prepared shell keeps waiting after its process has ended, and is ended by its handle', async (t) => {
    const harness = open(t);
    const { machineId } = await provisionMachine(harness.engine);
    const gone = await harness.openCuttable();
    const handle = await gone.engine.prepareShell(machineId, spec);
    await gone.engine.close();
    const lives = async () => {
      const { code } = await runScript(harness.engine, machineId, `kill -0 ${pidOf(handle)}`);
      return code === 0;
    };
    t.ok(await lives());
    t.notOk(harness.engine.isPrepared(machineId, handle));
    await harness.engine.endShell(machineId, handle);
    t.notOk(await lives());
  });
}
